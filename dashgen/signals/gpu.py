"""The GPUs of the service, one series each."""

from dashgen.signals.base import Signal


def _gpu(key: str, unit: str, meaning: str) -> Signal:
    return Signal(key, "gauge", unit, meaning, combine="max", per_gpu=True)


ENGINE_ACTIVE = _gpu("gpu_engine_active", "ratio", "share of time the graphics engine works")
SM_ACTIVE = _gpu("gpu_sm_active", "ratio", "share of SMs with work")
TENSOR_ACTIVE = _gpu("gpu_tensor_active", "ratio", "share of cycles the tensor cores work")
UTIL = _gpu("gpu_util", "ratio", "share of time any kernel runs")
MEMORY_USED = _gpu("gpu_memory_used", "bytes", "framebuffer used")
MEMORY_FREE = _gpu("gpu_memory_free", "bytes", "framebuffer free")
MEMORY_RESERVED = _gpu("gpu_memory_reserved", "bytes", "framebuffer held by the driver")
POWER = _gpu("gpu_power", "watts", "power draw")
TEMPERATURE = _gpu("gpu_temperature", "celsius", "GPU temperature")
ECC_DOUBLE_BIT = _gpu("gpu_ecc_dbe", "errors", "uncorrected ECC errors since reset")
ROW_REMAP_FAILURE = _gpu("gpu_row_remap_failure", "bool", "failed row remap")
XID = _gpu("gpu_xid", "code", "last XID error code")
