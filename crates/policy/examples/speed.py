#!/usr/bin/env python3
"""Times PyTorch and PEFT at the tasks of speed.rs, and both in alternation.

    pip install torch transformers peft
    python3 speed.py model FOLDER                 writes a model with random weights of SmolLM2-135M's form
    python3 speed.py torch FOLDER TASK PRECISION THREADS ROUNDS
    python3 speed.py both FOLDER TASK PRECISION THREADS ROUNDS SPEED   SPEED: the example's program; alternates with torch
"""
import resource
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


def measure(folder, task, precision, threads, rounds):
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(threads)
    dtype = {"bf16": torch.bfloat16, "f32": torch.float32}[precision]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    lora = LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, task_type="CAUSAL_LM",
                      target_modules=["q_proj", "k_proj", "v_proj", "o_proj"])
    model = get_peft_model(model, lora)
    fastest = least = float("inf")
    for _ in range(rounds):
        start, cpu = time.perf_counter(), time.process_time()
        if task in ("train", "uneven"):
            lengths = [256] * 4 if task == "train" else [n * 16 for n in range(1, 17)]
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
        fastest, least = min(fastest, time.perf_counter() - start), min(least, time.process_time() - cpu)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{task} torch {precision}: {count / fastest:.0f} tokens/s, {count / least:.1f} tokens/CPU s, peak {peak} MiB", flush=True)


def both(folder, task, precision, threads, rounds, speed):
    for _ in range(3):
        subprocess.run([speed, folder, task, precision, threads, rounds], check=True)
        subprocess.run([sys.executable, __file__, "torch", folder, task, precision, threads, rounds], check=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["model", folder]:
            make(folder)
        case ["torch", folder, task, precision, threads, rounds]:
            measure(folder, task, precision, int(threads), int(rounds))
        case ["both", folder, task, precision, threads, rounds, speed]:
            both(folder, task, precision, threads, rounds, speed)
        case _:
            sys.exit(__doc__)
