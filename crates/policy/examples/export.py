#!/usr/bin/env python3
"""Compares a model that export.rs wrote, read by transformers, with PEFT's merge_and_unload of the same adapter.

    python3 export.py MODEL ADAPTER FOLDER
"""
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM


def logits(model):
    ids = torch.arange(1, 25)[None] % model.config.vocab_size
    with torch.no_grad():
        return model(ids).logits


def main(base, adapter, folder):
    read = {"dtype": torch.float32, "attn_implementation": "eager"}
    merged = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, **read), adapter).merge_and_unload()
    exported = AutoModelForCausalLM.from_pretrained(folder, **read)
    print(f"{folder}: logits differ by {(logits(merged) - logits(exported)).abs().max().item():.2g} at most, "
          f"of up to {logits(merged).abs().max().item():.2g}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
