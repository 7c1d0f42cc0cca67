"""Celery on a quorum queue: so many tasks that do nothing, sent with confirms, acknowledged late, run by two processes.

    python celery_par.py <tasks>        AMQP_URL is the broker; the working directory is for scratch

The worker's start is not counted: its time runs from the first task that it did.
"""

import json
import os
import subprocess
import sys
import time

from celery import Celery
from kombu import Queue

FEITAS = "celery.feitas"
PRAZO = 300

app = Celery("celery_par", broker=os.environ["AMQP_URL"])
app.conf.update(
    task_queues=[Queue("nada", queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue="nada",
    task_default_queue_type="quorum",
    worker_detect_quorum_queues=True,
    broker_transport_options={"confirm_publish": True},
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=100,
    worker_hijack_root_logger=False,
)


@app.task(name="nada")
def nada(_numero):
    # One byte a task, whichever process did it: what is done is the file's size.
    os.write(feitas(), b".")


def feitas(_aberto=[]):
    if not _aberto:
        _aberto.append(os.open(FEITAS, os.O_WRONLY | os.O_APPEND | os.O_CREAT))
    return _aberto[0]


def main(tarefas):
    inicio = time.perf_counter()
    with app.producer_or_acquire() as producer:
        for numero in range(tarefas):
            nada.apply_async((numero,), producer=producer)
    enfileirar = time.perf_counter() - inicio
    open(FEITAS, "w").close()
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "celery_par", "worker", "-c", "2", "-P", "prefork", "-l", "WARNING",
         "--without-gossip", "--without-mingle", "--without-heartbeat"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.abspath(__file__))},
    )
    primeira, limite = None, time.perf_counter() + PRAZO
    while (quantas := os.path.getsize(FEITAS)) < tarefas:
        agora = time.perf_counter()
        if primeira is None and quantas > 0:
            primeira = (agora, quantas)
        if agora > limite or worker.poll() is not None:
            worker.kill()
            sys.exit(f"{quantas} de {tarefas} tarefas: {worker.stderr.read().decode()[-2000:]}")
        time.sleep(0.005)
    instante, ja_feitas = primeira or (inicio, 0)
    rodar = (time.perf_counter() - instante) * tarefas / max(1, tarefas - ja_feitas)
    worker.terminate()
    worker.communicate()
    print(json.dumps({"jobs": tarefas, "enfileirar": enfileirar, "rodar": rodar}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
