"""Model entities of the NeMo Platform: a base model with its architecture, and one made from it."""

import pulumi

from pulumi_mlregistry import nemo

config = pulumi.Config()

base = nemo.ModelEntity(
    "llama-3.1-8b-instruct",
    description="Base model for the support assistants",
    spec={
        "checkpoint_model_name": "meta-llama/Llama-3.1-8B-Instruct",
        "family": "llama",
        "num_layers": 32,
        "hidden_size": 4096,
        "num_attention_heads": 32,
        "num_kv_heads": 8,
        "ffn_hidden_size": 14336,
        "vocab_size": 128256,
        "tied_embeddings": False,
        "gated_mlp": True,
        "base_num_parameters": 8030261248,
        "precision": "bfloat16",
        "context_size": 131072,
        "is_chat": True,
        "head_type": "causal_lm",
    },
    backend_format="OPENAI_CHAT",
    custom_fields={"license": "llama3.1", "languages": ["en", "de", "fr"]},
)

support = nemo.ModelEntity(
    "support-assistant",
    description="Answers customers' questions about invoices",
    base_model=base.reference,
    finetuning_type="lora_merged",
    api_endpoint={
        "url": "https://nim.example.com/v1",
        "model_id": "support-assistant",
        "api_key": config.get_secret("nimKey") or "only-an-example",
        "format": "openai",
    },
    prompt={
        "system_prompt": "You answer questions about invoices, briefly and politely.",
        "inference_params": {"temperature": 0.2, "max_tokens": 512},
    },
    ownership={"team": "customer-care", "on_call": "care-ml@example.com"},
    model_providers=["default/nim-eu", "default/nim-us"],
    trust_remote_code=False,
)

pulumi.export("base", base.reference)
pulumi.export("support", support.reference)
