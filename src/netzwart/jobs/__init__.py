"""The one door to the job engine: the same tasks, inside the service or in many workers.

On SQLite a small runner of our own works in the service; on PostgreSQL procrastinate works in any
number of processes. To add one: write `async def run(context, arguments)`, export a `Task`, name
it in `worker.py`.
"""

from netzwart.jobs.engine import run_jobs
from netzwart.jobs.queueing import JobState, JobTicket, QueueHealth, enqueue, queue_health, status
from netzwart.jobs.schedule import pause
from netzwart.jobs.tasks import Daily, Every, JobContext, Task
from netzwart.jobs.timing import Timing

__all__ = [
    "Daily",
    "Every",
    "JobContext",
    "JobState",
    "JobTicket",
    "QueueHealth",
    "Task",
    "Timing",
    "enqueue",
    "pause",
    "queue_health",
    "run_jobs",
    "status",
]
