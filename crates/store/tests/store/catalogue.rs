//! What the database's own catalogue says about tenancy and about who may do what.

use std::collections::BTreeSet;

use crate::apoio::Casa;

const PAPEIS: [(&str, &str); 4] = [
    ("cobranca_titulos", "cadastro"),
    ("cobranca_regua", "regua"),
    ("cobranca_disparo", "disparo"),
    ("cobranca_lote", "lote"),
];
const NOSSOS: &str = "('cadastro', 'regua', 'disparo', 'lote')";
const NADA: [&str; 0] = [];

fn tables(casa: &Casa) -> Vec<String> {
    casa.texts(&format!(
        "SELECT format('%I.%I', n.nspname, c.relname) AS x FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
          WHERE c.relkind IN ('r', 'p') AND n.nspname IN {NOSSOS} ORDER BY 1"
    ))
}

#[test]
fn r02_every_table_carries_the_company_and_a_policy_for_reading_and_writing() {
    let casa = Casa::nova();
    assert!(tables(&casa).len() >= 18, "the catalogue query sees the schema");
    let abertas = casa.texts(&format!(
        "SELECT c.oid::regclass::text AS x FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
          WHERE c.relkind IN ('r', 'p') AND n.nspname IN {NOSSOS} AND NOT (c.relrowsecurity AND EXISTS (\
            SELECT FROM pg_policies p WHERE p.schemaname = n.nspname AND p.tablename = c.relname AND p.cmd = 'ALL' \
               AND p.permissive = 'PERMISSIVE' AND p.roles = '{{public}}' \
               AND p.qual ~ '^\\((empresa_)?id = cadastro.empresa_atual\\(\\)\\)$' AND p.with_check = p.qual) \
            AND (SELECT count(*) FROM pg_policies p WHERE p.schemaname = n.nspname AND p.tablename = c.relname) = 1) ORDER BY 1"
    ));
    // What a provider account has been promised is no company's, and no role has a right on it.
    assert_eq!(abertas, ["disparo.taxa"]);
    let sem_empresa = casa.texts(&format!(
        "SELECT c.oid::regclass::text AS x FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
          WHERE c.relkind IN ('r', 'p') AND n.nspname IN {NOSSOS} AND NOT EXISTS (\
            SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'empresa_id' AND a.attnotnull) ORDER BY 1"
    ));
    // The company itself has no such column; a receipt has none until its message is found, and is nobody's till then.
    assert_eq!(sem_empresa, ["cadastro.empresa", "disparo.recibo", "disparo.taxa"]);
    let sem_porta =
        "SELECT relname::text AS x FROM pg_class WHERE oid = 'disparo.taxa'::regclass AND relrowsecurity";
    assert_eq!(casa.texts(sem_porta), ["taxa"], "without a policy nobody passes");
}

#[test]
fn r02_a_view_tells_nothing_of_another_company_even_to_a_function_that_looks_at_every_row_it_is_given() {
    let casa = Casa::nova();
    let frouxas = casa.texts(&format!(
        "SELECT c.oid::regclass::text AS x FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
          WHERE c.relkind = 'v' AND n.nspname IN {NOSSOS} \
            AND NOT coalesce('security_barrier=true' = ANY (c.reloptions), false)"
    ));
    assert_eq!(frouxas, NADA);
    assert!(casa.n(&format!("SELECT count(*) FROM pg_views WHERE schemaname IN {NOSSOS}")) >= 6);
}

#[test]
fn every_key_begins_with_the_company() {
    let casa = Casa::nova();
    let outras = casa.texts(&format!(
        "SELECT k.conname::text AS x FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace \
           JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] \
          WHERE n.nspname IN {NOSSOS} AND k.contype IN ('p', 'f', 'u') AND a.attname <> 'empresa_id' ORDER BY 1"
    ));
    // A company is its own key; a key's id is looked up before its company is known, and so is the message of a receipt. A
    // provider account is no company's.
    assert_eq!(outras, ["chave_api_id_key", "empresa_pkey", "recibo_pkey", "taxa_pkey"]);
}

#[test]
fn every_foreign_key_points_into_its_own_schema() {
    let casa = Casa::nova();
    let cruzadas = casa.texts(
        "SELECT k.conname::text AS x FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid \
          WHERE k.contype = 'f' AND a.relnamespace <> b.relnamespace",
    );
    assert_eq!(cruzadas, NADA);
}

#[test]
fn service_roles_own_nothing_and_are_under_every_policy() {
    let casa = Casa::nova();
    let nomes = PAPEIS.map(|(papel, _)| format!("'{papel}'")).join(", ");
    assert_eq!(casa.n(&format!("SELECT count(*) FROM pg_roles WHERE rolname IN ({nomes})")), 4);
    let fortes = casa.texts(&format!(
        "SELECT rolname::text AS x FROM pg_roles WHERE rolname IN ({nomes}) \
            AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication OR rolcanlogin)"
    ));
    assert_eq!(fortes, NADA);
    let donos = casa.texts(&format!(
        "SELECT d.classid::regclass::text AS x FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid \
          WHERE r.rolname IN ({nomes}) AND d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o' \
            AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
    ));
    assert_eq!(donos, NADA);
    let membros = casa.texts(&format!(
        "SELECT r.rolname::text AS x FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname IN ({nomes})"
    ));
    assert_eq!(membros, NADA, "a role that is a member of another has its rights");
}

/// Every table and view with each privilege that the role has on it, also through PUBLIC.
fn privileges(casa: &Casa, papel: &str) -> BTreeSet<String> {
    casa.texts(&format!(
        "SELECT format('%s %s', c.oid::regclass, p) AS x FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, \
                unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p \
          WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
            AND (has_table_privilege('{papel}', c.oid, p) \
                 OR (p IN ('SELECT', 'INSERT', 'UPDATE') AND has_any_column_privilege('{papel}', c.oid, p)))"
    ))
    .into_iter()
    .collect()
}

/// What the dispatcher may not do to its own tables.
const NUNCA_NO_DISPARO: &[&str] = &[
    "acontecimento UPDATE",
    "acontecimento DELETE",
    "arquivo DELETE",
    "arquivo_baixado UPDATE",
    "arquivo_baixado DELETE",
    "carta DELETE",
    "consulta DELETE",
    "credencial DELETE",
    "devolucao DELETE",
    "gasto DELETE",
    "intervencao UPDATE",
    "intervencao DELETE",
    "negativacao DELETE",
    "parada UPDATE",
    "politica_enriquecimento DELETE",
    "recibo INSERT",
    "recibo UPDATE",
    "recibo DELETE",
    "remessa DELETE",
    "retorno UPDATE",
    "retorno DELETE",
    "taxa SELECT",
    "taxa INSERT",
    "taxa UPDATE",
    "taxa DELETE",
    "template_versao UPDATE",
    "titulo_mudado INSERT",
];

/// What only the dispatcher reads of the others.
const VISTAS_DO_DISPARO: &[&str] = &[
    "cadastro.v_chave",
    "cadastro.v_contato",
    "cadastro.v_destinatario",
    "cadastro.v_endereco",
    "cadastro.v_falecido",
    "cadastro.v_importacao_erro",
    "cadastro.v_importacao_recusada",
    "cadastro.v_parcela",
    "cadastro.v_recusa",
    "cadastro.v_titulo_da_mensagem",
    "lote.v_acao",
    "lote.v_avulso",
    "regua.v_posicao",
    "regua.v_acao",
    "regua.v_conteudo",
    "regua.v_inscricao",
    "regua.v_regua",
];

/// What filters join, and so are granted columns of: no view narrows a join of tables that grow (0042).
const DO_LOTE: [&str; 13] = [
    "cadastro.contato",
    "cadastro.credor",
    "cadastro.devedor",
    "cadastro.devedor_codigo",
    "cadastro.devedor_saldo",
    "cadastro.meio_contato",
    "cadastro.negociacao",
    "cadastro.opt_out",
    "cadastro.resultado_contato",
    "cadastro.titulo",
    "regua.inscricao",
    "regua.posicao",
    "regua.regua",
];

#[test]
fn each_service_writes_its_own_schema_and_reads_the_others_only_through_views() {
    let casa = Casa::nova();
    let vistas = ["cadastro.v_empresa", "cadastro.v_janela", "cadastro.v_titulo", "cadastro.v_devedor"];
    for (papel, schema) in PAPEIS.into_iter().filter(|(papel, _)| *papel != "cobranca_lote") {
        let mut espera: BTreeSet<String> = tables(&casa)
            .iter()
            .filter(|t| t.starts_with(&format!("{schema}.")))
            .flat_map(|t| ["SELECT", "INSERT", "UPDATE", "DELETE"].map(|p| format!("{t} {p}")))
            .collect();
        // What was paid is taken back, never taken out; what happened, and what is added up, is written by triggers alone.
        for nunca in [
            "devedor_saldo INSERT",
            "devedor_saldo UPDATE",
            "devedor_saldo DELETE",
            "saldo_mudanca SELECT",
            "saldo_mudanca INSERT",
            "saldo_mudanca UPDATE",
            "saldo_mudanca DELETE",
            "pagamento DELETE",
            "titulo_historico INSERT",
            "titulo_historico UPDATE",
            "titulo_historico DELETE",
        ] {
            espera.remove(&format!("cadastro.{nunca}"));
        }
        // What a person settled, and a version of a template that somebody may have been sent, stay as they are.
        for nunca in NUNCA_NO_DISPARO {
            espera.remove(&format!("disparo.{nunca}"));
        }
        espera.extend(vistas.map(|v| format!("{v} SELECT")));
        if papel != "cobranca_regua" {
            let do_calculo = ["cadastro.v_emitente", "cadastro.v_encargos", "cadastro.v_indice"];
            espera.extend(do_calculo.map(|v| format!("{v} SELECT")));
        }
        if papel == "cobranca_disparo" {
            espera.extend(VISTAS_DO_DISPARO.iter().map(|v| format!("{v} SELECT")));
        }
        if papel == "cobranca_regua" {
            let dela = [
                "cadastro.v_credor",
                "cadastro.v_negociacao_aberta",
                "cadastro.v_perfil",
                "disparo.v_execucao",
                "disparo.v_template",
            ];
            espera.extend(dela.map(|v| format!("{v} SELECT")));
        }
        assert_eq!(privileges(&casa, papel), espera, "{papel}");
    }
}

#[test]
fn batches_read_the_columns_that_filters_ask_for_and_no_others() {
    let casa = Casa::nova();
    let inteiras = casa.texts(&format!(
        "SELECT c.oid::regclass::text AS x FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
          WHERE c.relkind = 'r' AND n.nspname IN {NOSSOS} AND has_table_privilege('cobranca_lote', c.oid, 'SELECT') \
          ORDER BY 1"
    ));
    let suas = [
        "lote.acao_em_lote",
        "lote.avulso",
        "lote.exportacao",
        "lote.item",
        "lote.planilha",
        "lote.planilha_devedor",
        "lote.planilha_recusada",
        "lote.ultimo_filtro",
    ];
    assert_eq!(inteiras, suas, "columns of others are granted one by one");
    let vistas = [
        "cadastro.v_destinatario",
        "cadastro.v_devedor",
        "cadastro.v_emitente",
        "cadastro.v_empresa",
        "cadastro.v_endereco",
        "cadastro.v_janela",
        "cadastro.v_parcela",
        "cadastro.v_recusa",
        "cadastro.v_titulo",
        "cadastro.v_titulo_da_mensagem",
        "disparo.v_item_de_lote",
        "disparo.v_template_texto",
    ];
    let lidas = DO_LOTE.into_iter().chain(suas).chain(vistas);
    let mut espera: BTreeSet<String> = lidas.map(|tabela| format!("{tabela} SELECT")).collect();
    espera.extend(suas.map(|tabela| format!("{tabela} INSERT")));
    // Whom a batch was confirmed for stays as it was. Of a sheet, that it is let go of and cleared is all that changes.
    espera
        .extend(["acao_em_lote", "planilha", "ultimo_filtro"].map(|tabela| format!("lote.{tabela} UPDATE")));
    let saem = ["avulso", "exportacao", "planilha", "planilha_devedor", "planilha_recusada"];
    espera.extend(saem.map(|tabela| format!("lote.{tabela} DELETE")));
    assert_eq!(privileges(&casa, "cobranca_lote"), espera);
    assert_eq!(
        casa.n("has_table_privilege('cobranca_lote', 'lote.planilha', 'UPDATE')::int"),
        0,
        "two columns"
    );
    for coluna in ["observacao", "operador"] {
        assert_eq!(
            casa.n(&format!(
                "has_column_privilege('cobranca_lote', 'cadastro.contato', '{coluna}', 'SELECT')::int"
            )),
            0
        );
    }
}

#[test]
fn no_service_creates_anything() {
    let casa = Casa::nova();
    for (papel, _) in PAPEIS {
        let onde = casa.texts(&format!(
            "SELECT nspname::text AS x FROM pg_namespace WHERE has_schema_privilege('{papel}', oid, 'CREATE')"
        ));
        assert_eq!(onde, NADA, "{papel}");
    }
}

#[test]
fn functions_that_run_with_their_owners_rights_have_a_fixed_search_path() {
    let casa = Casa::nova();
    let definer = format!(
        "FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE n.nspname IN {NOSSOS} AND f.prosecdef"
    );
    assert!(casa.n(&format!("SELECT count(*) {definer}")) >= 10);
    let soltas = casa.texts(&format!(
        "SELECT f.oid::regprocedure::text AS x {definer} \
            AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (f.proconfig), false)"
    ));
    assert_eq!(soltas, NADA);
}

/// Functions that run with their owner's rights, and who may call each.
const EXECUTAVEIS: &[&str] = &[
    "cadastro.anotar_devedores: ",
    "cadastro.anotar_saldos: ",
    "cadastro.autenticar: cobranca_disparo cobranca_lote cobranca_regua cobranca_titulos",
    "cadastro.cancelar_negociacoes: cobranca_regua cobranca_titulos",
    "cadastro.contatos_a_mesclar: cobranca_disparo",
    "cadastro.devedor_a_mesclar: cobranca_disparo",
    "cadastro.empresas_da_noite: cobranca_regua",
    "cadastro.enriquecer: cobranca_disparo",
    "cadastro.entrar: cobranca_disparo cobranca_lote cobranca_regua cobranca_titulos",
    "cadastro.esquecer_saldos: ",
    "cadastro.guardar_historico: ",
    "cadastro.guardar_idempotencia: cobranca_disparo cobranca_lote cobranca_regua cobranca_titulos",
    "cadastro.importacoes_por_fazer: cobranca_titulos",
    "cadastro.invalidar_email: cobranca_disparo",
    "cadastro.linha_do_tempo: cobranca_disparo",
    "cadastro.reabrir_suspensos: cobranca_regua",
    "cadastro.recusar: cobranca_disparo",
    "cadastro.reservar_idempotencia: cobranca_disparo cobranca_lote cobranca_regua cobranca_titulos",
    "cadastro.sair_dos_emails: cobranca_disparo",
    "cadastro.sair_dos_sms: cobranca_disparo",
    "cadastro.segurar_informante: cobranca_disparo",
    "cadastro.somar_saldos: ",
    "cadastro.titulos_das_cartas: cobranca_disparo",
    "cadastro.titulos_na_cerca: cobranca_disparo",
    "cadastro.titulos_negativados: cobranca_disparo",
    "cadastro.varrer_partes: cobranca_titulos",
    "disparo.anotar_acordo: ",
    "disparo.anotar_titulos: ",
    "disparo.aplicar_recibos: ",
    "disparo.concluir_exportacao: cobranca_lote",
    "disparo.consulta_de: cobranca_disparo",
    "disparo.descartar_de_acoes: cobranca_regua",
    "disparo.descartar_de_inscricoes: cobranca_regua",
    "disparo.descartar_do_lote: cobranca_lote",
    "disparo.desenfileirar: cobranca_disparo",
    "disparo.empresa_do_email: cobranca_disparo",
    "disparo.empresas_com_arquivos: cobranca_disparo",
    "disparo.empresas_com_negativacoes: cobranca_disparo",
    "disparo.enfileirar: cobranca_disparo",
    "disparo.inserir_do_lote: cobranca_lote",
    "disparo.inserir_execucoes: cobranca_regua",
    "disparo.lote_andando: cobranca_lote",
    "disparo.prometer_taxa: cobranca_disparo",
    "disparo.receber: cobranca_disparo",
    "disparo.renovar_exportacao: cobranca_lote",
    "disparo.reservar_exportacao: cobranca_lote",
    "disparo.segurar_taxa: cobranca_disparo",
    "disparo.segurar_templates: cobranca_regua",
    "disparo.tomar_exportacao: cobranca_lote",
    "disparo.usa_credor: cobranca_titulos",
    "disparo.varrer: cobranca_disparo",
    "disparo.varrer_consultas: cobranca_disparo",
    "disparo.varrer_recibos: cobranca_disparo",
    "lote.exportacoes_por_fazer: cobranca_lote",
    "lote.planilhas_por_limpar: cobranca_lote",
    "lote.por_fazer: cobranca_lote",
    "regua.linha_do_tempo: cobranca_disparo",
    "regua.marcar: cobranca_titulos",
    "regua.marcar_todos: cobranca_regua cobranca_titulos",
    "regua.noite_andando: cobranca_disparo",
    "regua.noites_andando: cobranca_regua",
    "regua.simulacoes_por_fazer: cobranca_regua",
    "regua.usa_credor: cobranca_titulos",
    "regua.uso_de_template: cobranca_disparo",
];

#[test]
fn each_function_is_executable_by_exactly_who_needs_it() {
    let casa = Casa::nova();
    let quem = casa.texts(&format!(
        "SELECT format('%I.%I: %s', n.nspname, f.proname, (SELECT string_agg(r, ' ' ORDER BY r) \
             FROM unnest(ARRAY['cobranca_titulos', 'cobranca_regua', 'cobranca_disparo', 'cobranca_lote']) r \
            WHERE has_function_privilege(r, f.oid, 'EXECUTE'))) AS x \
           FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE n.nspname IN {NOSSOS} AND f.prosecdef ORDER BY 1"
    ));
    assert_eq!(quem, EXECUTAVEIS);
    let de_todos = casa.texts(&format!(
        "SELECT f.oid::regprocedure::text AS x FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace, \
                aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a \
          WHERE n.nspname IN {NOSSOS} AND f.prosecdef AND a.grantee = 0"
    ));
    assert_eq!(de_todos, NADA, "nothing of it is for PUBLIC");
}
