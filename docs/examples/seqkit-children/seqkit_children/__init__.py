"""children: processes each part of a batch in a separate child process."""

from seqkit import EngineSpec, hookimpl


@hookimpl
def seqkit_engines():
    engine = "seqkit_children.engine:ChildrenEngine"
    yield EngineSpec("children", engine=engine, summary="each part in a child process of its own")
