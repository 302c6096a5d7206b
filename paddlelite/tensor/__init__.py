"""Public functions on tensors, in files by PaddlePaddle's own names."""
