//! Names of tensors: from Hugging Face's to those of GGUF.

/// The name in a GGUF file, if it has one.
pub(super) fn own(name: &str) -> Option<String> {
    let whole = match name {
        "model.embed_tokens.weight" => Some("token_embd.weight".to_owned()),
        "lm_head.weight" => Some("output.weight".to_owned()),
        _ => name
            .strip_prefix("model.norm.")
            .map(|part| format!("output_norm.{part}")),
    };
    whole.or_else(|| {
        let (layer, rest) = name.strip_prefix("model.layers.")?.split_once('.')?;
        let (module, part) = rest.rsplit_once('.')?;
        let module = match module {
            "self_attn.q_proj" => "attn_q",
            "self_attn.k_proj" => "attn_k",
            "self_attn.v_proj" => "attn_v",
            "self_attn.o_proj" => "attn_output",
            "mlp.gate_proj" => "ffn_gate",
            "mlp.up_proj" | "mlp.c_fc" => "ffn_up",
            "mlp.down_proj" | "mlp.c_proj" => "ffn_down",
            "input_layernorm" => "attn_norm",
            "post_attention_layernorm" => "ffn_norm",
            _ => return None,
        };
        Some(format!("blk.{layer}.{module}.{part}"))
    })
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn names_are_translated() {
        let table = [
            ("model.embed_tokens.weight", "token_embd.weight"),
            ("lm_head.weight", "output.weight"),
            ("model.norm.bias", "output_norm.bias"),
            (
                "model.layers.12.self_attn.o_proj.bias",
                "blk.12.attn_output.bias",
            ),
            (
                "model.layers.0.post_attention_layernorm.weight",
                "blk.0.ffn_norm.weight",
            ),
            ("model.layers.3.mlp.c_fc.weight", "blk.3.ffn_up.weight"),
        ];
        for (name, want) in table {
            assert_eq!(own(name).as_deref(), Some(want));
        }
        assert_eq!(own("model.layers.0.something.weight"), None);
    }
}
