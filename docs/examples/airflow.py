"""Keeps the CCLF tables of BCDA up to date, each week. For Airflow 2.4 or later.

The workers need cclf, and BCDA_CLIENT_ID and BCDA_CLIENT_SECRET in their environment.
"""

import subprocess
from datetime import timedelta

import pendulum
from airflow.decorators import dag, task
from airflow.exceptions import AirflowFailException

DONE = {0, 3, 23}  # 3: lines were rejected, 23: the server could not export everything
HOPELESS = {2, 5, 10, 15, 17, 18, 24}  # a repetition cannot help


@dag(
    schedule="17 3 * * 1",
    start_date=pendulum.datetime(2026, 1, 5, tz="UTC"),
    catchup=False,
    max_active_runs=1,
)
def cclf_sync():
    @task(retries=6, retry_delay=timedelta(minutes=30))
    def sync(run_id=None):
        command = ["cclf", "--log-format", "json", "--run-id", run_id]
        code = subprocess.run([*command, "sync", "-o", "/data/lake", "--wait", "--new"]).returncode
        if code in HOPELESS:
            raise AirflowFailException(f"cclf sync ended with exit code {code}")
        if code not in DONE:
            raise RuntimeError(f"cclf sync ended with exit code {code}")

    sync()


cclf_sync()
