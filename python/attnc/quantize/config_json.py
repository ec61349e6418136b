"""Fields of config.json that change what a model computes, beyond what is read of it: refused, with
why."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose, sqrt
from typing import Any

from .checks import QuantizeError

# Each is 1 in a plain Llama model.
FACTORS = {
    "embedding_multiplier": "scales the embedding",
    "scale_emb": "scales the embedding",
    "residual_multiplier": "scales what a layer adds to the residual",
    "scale_depth": "scales what a layer adds to the residual",
    "logits_scaling": "divides the logits",
    "logit_scale": "scales the logits",
    "partial_rotary_factor": "turns only a part of a head's width by RoPE",
    "rotary_pct": "turns only a part of a head's width by RoPE",
}
# None, or false.
SWITCHES = {
    "sliding_window": "some positions are not seen",
    "attention_chunk_size": "some positions are not seen",
    "final_logit_softcapping": "logits go through a tanh",
    "attn_logit_softcapping": "scores go through a tanh",
    "clip_qkv": "queries, keys and values are clipped",
    "use_qk_norm": "queries and keys are normalised",
    "qk_norm": "queries and keys are normalised",
    "alibi": "scores have a slope by distance",
    "use_parallel_residual": "attention and MLP stand side by side",
    "parallel_attn": "attention and MLP stand side by side",
    "num_local_experts": "the MLP is one of several",
    "attention_bias": "a Llama model with biases is not supported",
    "mlp_bias": "a Llama model with biases is not supported",
}
# What is read elsewhere, and what changes nothing that one text's tokens are run through.
READ = (
    "model_type hidden_act hidden_activation num_attention_heads num_key_value_heads hidden_size "
    "num_hidden_layers head_dim intermediate_size vocab_size max_position_embeddings rms_norm_eps "
    "rope_theta rope_scaling rope_parameters tie_word_embeddings layer_types no_rope_layers "
    "no_rope_layer_interval attention_multiplier query_pre_attn_scalar rotary_dim"
).split()
HARMLESS = (
    "add_cross_attention architectures attention_dropout attention_probs_dropout_prob auto_map "
    "bad_words_ids begin_suppress_tokens bos_token_id chunk_size_feed_forward "
    "cross_attention_hidden_size decoder_start_token_id diversity_penalty do_sample dtype "
    "early_stopping encoder_no_repeat_ngram_size eos_token_id "
    "exponential_decay_length_penalty finetuning_task forced_bos_token_id forced_eos_token_id "
    "hidden_dropout hidden_dropout_prob id2label initializer_range is_decoder label2id "
    "is_encoder_decoder length_penalty max_length max_window_layers min_length name_or_path "
    "no_repeat_ngram_size num_beam_groups num_beams num_return_sequences output_attentions "
    "output_hidden_states output_scores pad_token_id prefix pretraining_tp problem_type "
    "remove_invalid_values repetition_penalty resid_pdrop return_dict return_dict_in_generate "
    "sep_token_id suppress_tokens task_specific_params temperature "
    "tf_legacy_loss tie_encoder_decoder tokenizer_class top_k top_p torch_dtype torchscript "
    "transformers.js_config transformers_version typical_p unsloth_fixed unsloth_version "
    "use_bfloat16 use_cache"
).split()
KNOWN = {*FACTORS, *SWITCHES, *READ, *HARMLESS}


def refuse_other_models(config: Mapping[str, Any], width: int) -> None:
    """Refuses a config whose model is no plain Llama of heads this wide."""
    for name, why in SWITCHES.items():
        given = config.get(name)
        one_expert = name == "num_local_experts" and given in (0, 1)
        if given is not None and given is not False and not one_expert:
            refuse(name, given, why)
    for name, why in FACTORS.items():
        factor(name, config.get(name), 1.0, why)
    for inside in ("rope_parameters", "rope_scaling"):
        fields = config.get(inside)
        if isinstance(fields, Mapping):
            why = FACTORS["partial_rotary_factor"]
            factor(f"{inside}.partial_rotary_factor", fields.get("partial_rotary_factor"), 1.0, why)
    why = "scores are scaled by another factor than 1 / sqrt(head_dim)"
    factor("attention_multiplier", config.get("attention_multiplier"), 1 / sqrt(width), why)
    factor("query_pre_attn_scalar", config.get("query_pre_attn_scalar"), width, why)
    factor("rotary_dim", config.get("rotary_dim"), width, FACTORS["partial_rotary_factor"])
    kinds = config.get("layer_types")
    for kind in several("layer_types", kinds):
        if kind != "full_attention":
            refuse("layer_types", kind, "only full_attention is supported")
    turned = config.get("no_rope_layers")
    why = "some layers do not turn positions by RoPE"
    for kind in several("no_rope_layers", turned):
        # In Hugging Face's config a layer without RoPE has a 0 here.
        if not kind:
            refuse("no_rope_layers", turned, why)
    if turned is None and config.get("no_rope_layer_interval"):
        refuse("no_rope_layer_interval", config["no_rope_layer_interval"], why)
    act = config.get("hidden_activation")
    if act not in (None, "silu"):
        refuse("hidden_activation", act, "only silu is supported")


def several(name: str, given: Any) -> list[Any]:
    """A list of a config, empty where there is none."""
    if given is None:
        return []
    if not isinstance(given, (list, tuple)):
        raise QuantizeError(f"config has {name} {given!r:.60}: a list is needed")
    return list(given)


def factor(name: str, given: Any, plain: float, why: str) -> None:
    """Refuses a factor that is another than that of a plain Llama model."""
    if given is None:
        return
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if not is_number or not isclose(given, plain, rel_tol=1e-6):
        refuse(name, given, f"{why}; it must be {plain:g}")


def refuse(name: str, given: Any, why: str) -> None:
    raise QuantizeError(f"config has {name} {given!r:.60}, which is not supported: {why}")


def notes_of(config: Mapping[str, Any]) -> list[str]:
    """What is not known of a config, but for what is switched off."""
    unknown = [
        str(name)
        for name, given in config.items()
        if name not in KNOWN and not str(name).startswith("_") and bool(given)
    ]
    return [f"config has {name}, which is not known here and was left out" for name in unknown]
