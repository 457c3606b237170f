#!/usr/bin/env python3
"""Writes a llama model with random bfloat16 weights of the form that a configuration says, without any library.

    python3 random_weights.py deepseek-coder-1.3b FOLDER
    python3 random_weights.py path/to/config.json FOLDER
"""
import json
import pathlib
import random
import struct
import sys

FORMS = {"deepseek-coder-1.3b": dict(
    model_type="llama", architectures=["LlamaForCausalLM"], vocab_size=32256, hidden_size=2048, intermediate_size=5504,
    num_hidden_layers=24, num_attention_heads=16, num_key_value_heads=16, max_position_embeddings=16384,
    rms_norm_eps=1e-6, rope_theta=100000, rope_scaling={"type": "linear", "factor": 4.0}, hidden_act="silu",
    tie_word_embeddings=False, torch_dtype="bfloat16")}


def shapes(config):
    width, mlp = config["hidden_size"], config["intermediate_size"]
    heads, keys = config["num_attention_heads"], config["num_key_value_heads"]
    size = width // heads
    yield "model.embed_tokens.weight", [config["vocab_size"], width]
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            yield f"{prefix}{norm}.weight", [width]
        for name, shape in {"q": [heads * size, width], "k": [keys * size, width], "v": [keys * size, width],
                            "o": [width, heads * size]}.items():
            yield f"{prefix}self_attn.{name}_proj.weight", shape
        for name, shape in {"gate": [mlp, width], "up": [mlp, width], "down": [width, mlp]}.items():
            yield f"{prefix}mlp.{name}_proj.weight", shape
    yield "model.norm.weight", [width]
    if not config["tie_word_embeddings"]:
        yield "lm_head.weight", [config["vocab_size"], width]


def numbers(count):
    """Values of either sign between 1/64 and 1/32, a mebibyte of them repeated at odd places."""
    randomness = random.Random(0)
    block = b"".join(struct.pack("<H", randomness.getrandbits(1) << 15 | 0x3C80 | randomness.getrandbits(7))
                     for _ in range(1 << 19))
    while True:
        start = randomness.randrange(1 << 18) * 2
        part = block[start:start + 2 * count]
        yield part
        count -= len(part) // 2
        if count == 0:
            return


def main(form, folder):
    config = FORMS[form] if form in FORMS else json.loads(pathlib.Path(form).read_text())
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    header, end = {}, 0
    for name, shape in shapes(config):
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + 2 * count]}
        end += 2 * count
    text = json.dumps(header).encode()
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for part in numbers(end // 2):
            file.write(part)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
