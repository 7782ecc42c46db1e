"""How long the job engine waits for what; tests use shorter times."""

from dataclasses import dataclass

from netzwart.jobs.tasks import Task

_LEAST_CHANCES = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between looks and beats, and after which silence is death."""

    look_s: float = 0.5
    """Between two looks for jobs, when there was none."""
    heartbeat_s: float = 10.0
    stalled_after_s: float = 45.0
    """A worker silent for so long is dead, and its jobs are given to others."""
    grace_s: float = 20.0
    """What a stopping worker leaves its jobs."""
    keep_hours: int = 48
    """Finished jobs are forgotten after this."""

    @staticmethod
    def attempts_of(task: Task | None) -> int:
        """Return after how many deaths of its worker a job is given up."""
        return max(_LEAST_CHANCES, task.max_attempts if task else 0)
