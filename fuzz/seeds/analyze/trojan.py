# ‮⁦
x = (
"/tmp/x"
"y", # nosec
)
