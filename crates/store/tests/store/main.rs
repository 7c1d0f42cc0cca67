//! The store against a real PostgreSQL, a database per test: what the SQL and the grants in `migrations/` promise.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests: what panics fails, also in the helpers around them"
)]

mod apoio;
mod bounces;
mod breaches;
mod bureau_accounts;
mod bureau_ends;
mod bureaus;
mod calendar;
mod catalogue;
mod coverage;
mod discards;
mod explaining;
mod fence;
mod fence_facts;
mod fence_reguas;
mod fence_sisters;
mod fence_status;
mod fence_zones;
mod files;
mod import_files;
mod import_turns;
mod instants;
mod keys;
mod labels;
mod letters;
mod lotes;
mod lotes_avulsos;
mod lotes_confirm;
mod lotes_letters;
mod lotes_lists;
mod lotes_sheets;
mod lotes_tables;
mod lotes_work;
mod migrations;
mod negotiations;
mod negotiations_together;
mod night_engines;
mod night_marks;
mod night_opening;
mod nights;
mod parada;
mod payments;
mod positions;
mod push_law;
mod pushes;
mod pushes_together;
mod queries;
mod queue;
mod rates;
mod reads;
mod receipts;
mod reguas;
mod renegotiations;
mod results;
mod sending;
mod status;
mod sums;
mod suspension;
mod templates;
mod tenancy;
mod timeline;
mod whole_nights;
