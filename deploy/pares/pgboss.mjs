// pg-boss: so many jobs that do nothing, put in a thousand at a time, then fetched and completed a thousand at a time.
//   node pgboss.mjs <jobs>        DATABASE_URL is the database
import pg from "pg";
import PgBoss from "pg-boss";

const jobs = Number(process.argv[2]);
const connectionString = process.env.DATABASE_URL;
const LOTE = 1_000;
const AO_MESMO_TEMPO = 2;

const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
boss.on("error", console.error);
await boss.start();
await boss.createQueue("nada");

let inicio = performance.now();
for (let feitos = 0; feitos < jobs; feitos += LOTE) {
  const lote = Array.from({ length: Math.min(LOTE, jobs - feitos) }, (_, n) => ({ name: "nada", data: { id: feitos + n } }));
  await boss.insert(lote);
}
const enfileirar = (performance.now() - inicio) / 1000;
const pool = new pg.Pool({ connectionString });
await pool.query("VACUUM ANALYZE");
await pool.query("CHECKPOINT");
await pool.end();
await new Promise((pronto) => setTimeout(pronto, 1000));

let feitos = 0;
inicio = performance.now();
async function trabalhar() {
  for (;;) {
    const lote = await boss.fetch("nada", { batchSize: LOTE });
    if (lote.length === 0) return;
    await boss.complete("nada", lote.map((job) => job.id));
    feitos += lote.length;
  }
}
await Promise.all(Array.from({ length: AO_MESMO_TEMPO }, trabalhar));
const rodar = (performance.now() - inicio) / 1000;
await boss.stop({ graceful: false });
if (feitos !== jobs) throw new Error(`${feitos} de ${jobs}`);
console.log(JSON.stringify({ jobs, enfileirar, rodar }));
process.exit(0);
