// graphile-worker: so many jobs that do nothing, put in five thousand at a time and then run to the end.
//   node graphile.mjs <jobs> comum|lotes        DATABASE_URL is the database
// `comum` is as it comes; `lotes` is its batched mode, as its own documentation measures it.
import { makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const [jobs, modo] = [Number(process.argv[2]), process.argv[3]];
const connectionString = process.env.DATABASE_URL;
const LOTE = 5_000;
const modos = {
  comum: { concurrentJobs: 10, maxPoolSize: 10 },
  lotes: { concurrentJobs: 24, maxPoolSize: 25, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
};

const quieto = { error: console.error, warning: console.error, info() {}, debug() {} };
const { Logger } = await import("@graphile/logger");
const logger = new Logger(() => (nivel, texto) => quieto[nivel]?.(texto));
const preset = { worker: { connectionString, logger, ...modos[modo] } };

const pool = new pg.Pool({ connectionString });
const utils = await makeWorkerUtils({ preset });
await utils.migrate();

let inicio = performance.now();
for (let feitos = 0; feitos < jobs; feitos += LOTE) {
  const quantos = Math.min(LOTE, jobs - feitos);
  await pool.query(
    `SELECT graphile_worker.add_jobs(ARRAY(SELECT ('nada', json_build_object('id', $1::int + n), NULL, NULL, NULL, NULL,
            NULL, NULL)::graphile_worker.job_spec FROM generate_series(1, $2::int) n))`,
    [feitos, quantos],
  );
}
const enfileirar = (performance.now() - inicio) / 1000;
await pool.query("VACUUM ANALYZE");
await pool.query("CHECKPOINT");
await new Promise((pronto) => setTimeout(pronto, 1000));

let feitos = 0;
let todos;
const fim = new Promise((pronto) => (todos = pronto));
inicio = performance.now();
const runner = await run({ preset, taskList: { nada: () => (++feitos === jobs ? todos() : undefined) } });
await fim;
// The last of them are done when their rows are gone.
while ((await pool.query("SELECT FROM graphile_worker.jobs LIMIT 1")).rowCount > 0) {
  await new Promise((pronto) => setTimeout(pronto, 5));
}
const rodar = (performance.now() - inicio) / 1000;
await runner.stop();
await utils.release();
await pool.end();
console.log(JSON.stringify({ jobs, enfileirar, rodar }));
process.exit(0);
