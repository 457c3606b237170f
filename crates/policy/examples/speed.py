#!/usr/bin/env python3
"""Times PyTorch and PEFT at the tasks of speed.rs, and both in alternation: `just bench-model`.

    pip install torch transformers peft
    python3 speed.py model FOLDER                 writes a model with random weights of SmolLM2-135M's form
    python3 speed.py torch FOLDER TASK KIND THREADS ROUNDS
    python3 speed.py compare FOLDER SPEED THREADS ROUNDS TASK KIND...

KIND is ours-bf16 or ours-f32 (SPEED, the built example), eager-bf16, eager-f32, compile-bf16 or compile-f32. Every round of
`compare` runs each in a process of its own, which does the task once to warm up and once for the time; the table has the
medians, and rates relative to the first KIND. `one` is the task `train` with one sequence, for what is slow.
"""
import os
import re
import resource
import statistics
import subprocess
import sys
import time


def make(folder):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
                         num_attention_heads=9, num_key_value_heads=3, max_position_embeddings=2048, rms_norm_eps=1e-5,
                         rope_theta=100000.0, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2)
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)


def tokens(seed, count):
    return [(seed * 7919 + index * 104729) % 49000 for index in range(count)]


def measure(folder, task, kind, threads, rounds):
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(threads)
    how, precision = kind.split("-")
    dtype = {"bf16": torch.bfloat16, "f32": torch.float32}[precision]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    lora = LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, task_type="CAUSAL_LM",
                      target_modules=["q_proj", "k_proj", "v_proj", "o_proj"])
    model = get_peft_model(model, lora)
    if how == "compile":
        model = torch.compile(model)
    fastest = least = float("inf")
    warm = False
    for _ in range(rounds + 1):
        start, cpu = time.perf_counter(), time.process_time()
        if task in ("one", "train", "uneven"):
            lengths = {"one": [256], "train": [256] * 4, "uneven": [n * 16 for n in range(1, 17)]}[task]
            # Padded to the longest, four at a time, as trainers do.
            for first in range(0, len(lengths), 4):
                part = lengths[first:first + 4]
                ids = torch.tensor([tokens(first + n, length) + [0] * (max(part) - length)
                                    for n, length in enumerate(part)])
                labels = torch.tensor([tokens(first + n, length) + [-100] * (max(part) - length)
                                       for n, length in enumerate(part)])
                mask = torch.tensor([[1] * length + [0] * (max(part) - length) for length in part])
                model(ids, attention_mask=mask, labels=labels).loss.backward()
            model.zero_grad()
            count = sum(lengths)
        else:
            prompts, answers, length = (32, 1, 32) if task == "decode" else (4, 8, 128)
            ids = torch.tensor([tokens(seed, length) for seed in range(prompts)])
            with torch.no_grad():
                made = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=True, top_k=0,
                                      max_new_tokens=64, min_new_tokens=64, num_return_sequences=answers,
                                      pad_token_id=0)
            count = made.shape[0] * 64
        if warm:
            fastest, least = min(fastest, time.perf_counter() - start), min(least, time.process_time() - cpu)
        warm = True
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{task} torch {kind}: {count / fastest:.0f} tokens/s, {count / least:.1f} tokens/CPU s, peak {peak} MiB", flush=True)


def compare(folder, speed, threads, rounds, task, kinds):
    rates, peaks = {kind: [] for kind in kinds}, {kind: [] for kind in kinds}
    for _ in range(int(rounds)):
        for kind in kinds:
            how, precision = kind.split("-")
            command = [speed, folder, task, precision, threads, "1"] if how == "ours" else \
                [sys.executable, __file__, "torch", folder, task, kind, threads, "1"]
            # Warnings of PyTorch and progress are not what is looked for.
            said = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            rate, peak = re.search(r": ([\d.]+) tokens/s.* peak (\d+) MiB", said).groups()
            rates[kind].append(float(rate))
            peaks[kind].append(int(peak))
    print(f"\n{task}, {threads} threads, {rounds} rounds, load {os.getloadavg()[0]:.1f}\n")
    print("| | tokens/s | lowest to highest | first is faster by | peak memory |\n|---|---|---|---|---|")
    first = statistics.median(rates[kinds[0]])
    for kind in kinds:
        rate = statistics.median(rates[kind])
        print(f"| {kind} | {rate:.1f} | {min(rates[kind]):.1f} to {max(rates[kind]):.1f} | {first / rate:.2f} "
              f"| {statistics.median(peaks[kind]):.0f} MiB |", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["model", folder]:
            make(folder)
        case ["torch", folder, task, kind, threads, rounds]:
            measure(folder, task, kind, int(threads), int(rounds))
        case ["compare", folder, speed, threads, rounds, task, *kinds] if kinds:
            compare(folder, speed, threads, rounds, task, kinds)
        case _:
            sys.exit(__doc__)
