# threat: a shell through os.system and subprocess, which begin with a new process
# kind: stdin
# expect: forbidden
# event: process
import os
import subprocess

print(os.system("echo expected"))
print(subprocess.run("echo expected", shell=True, capture_output=True).stdout)
