"""Prints the random tensors of the text in full: `pip install torch==2.15.0`, then run it."""

import torch

torch.manual_seed(42)
print("prediction", torch.randn(3, 5).tolist())
print("target", torch.randn(3, 5).tolist())
torch.manual_seed(11)
print("logits", torch.randn(5, 3).tolist())
