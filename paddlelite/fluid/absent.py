"""What ``fluid`` of 1.8 has besides its layers and this package has not, and what to use instead."""

from __future__ import annotations

from .layers.absent import refusals

__all__ = ["TABLE"]

TABLE = refusals(
    """
there is one process: give the program to an Executor
    DistributeTranspiler DistributeTranspilerConfig DistMultiTrainer HashName MultiTrainer PipelineTrainer RoundRobin
    TrainerDesc
read the files with a reader (paddle.reader, fluid.io.DataLoader.from_generator), and feed what it gives
    DataFeedDesc DatasetFactory InMemoryDataset QueueDataset
ops are written in Python here: use paddle.autograd.PyLayer
    load_op_library
use a tensor of dtype complex64, or two tensors
    ComplexVariable
use fluid.layers.create_array
    LoDTensorArray
""",
    "fluid",
)
