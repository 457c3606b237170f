#!/usr/bin/env python3
"""What transformers answers, greedily and in f32, with the weights of a GGUF file: the expectations of greedy.rs.

    pip install torch transformers gguf
    python3 greedy.py MODEL.gguf > expected.json

Prompts and answers are token ids: 20 prompts, 64 tokens each.
"""
import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

PROMPTS = ["def add(a, b):", "Write a Python function that reverses a string.", "The capital of France is",
           "import os\n\n", "Once upon a time", "1, 2, 3, 4,", "SELECT name FROM", "What is a hash table?",
           "for i in range(10):\n", "The quick brown fox", "class Stack:\n    def __init__(self):", "Water boils at",
           "Explain recursion to a child.", "def fibonacci(n):\n", "A list of fruits:", "The opposite of hot is",
           "try:\n    value = int(text)\n", "Rust is a programming language", "if __name__ ==", "Dear Sir or Madam,"]


def main():
    path = pathlib.Path(sys.argv[1])
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    answers = []
    for prompt in PROMPTS:
        ids = tokenizer(prompt, return_tensors="pt").input_ids
        with torch.no_grad():
            made = model.generate(ids, do_sample=False, max_new_tokens=64, min_new_tokens=64, pad_token_id=0,
                                  attention_mask=torch.ones_like(ids), eos_token_id=None)
        answers.append({"prompt": ids[0].tolist(), "answer": made[0, ids.shape[1]:].tolist()})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
