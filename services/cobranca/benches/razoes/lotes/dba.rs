//! The same questions as somebody writes them who knows the tables and PostgreSQL: from the filter's JSON, without our code, as the
//! tables' owner, whom no policy holds back.

use chrono::NaiveDate;
use serde_json::Value;

/// Two ways of writing it. Which one is faster depends on the filter; the limit is the faster of both.
#[derive(Clone, Copy)]
pub(super) enum Forma {
    /// Each thing looked up for a debtor.
    Existe,
    /// Each thing as a set of debtors that is joined.
    Junta,
}

/// What is joined, and what is asked beside it.
#[derive(Default)]
struct Partes {
    juntas: Vec<String>,
    onde: Vec<String>,
}

/// Who writes, for which company, on which day.
pub(super) struct Dba {
    pub(super) empresa: String,
    pub(super) hoje: NaiveDate,
}

impl Dba {
    /// How many meet it times ten million, and how many of them can have an e-mail.
    pub(super) fn count(&self, filtro: &Value, forma: Forma) -> String {
        let e = &self.empresa;
        let mut partes = self.parts(filtro, forma);
        let apto = match forma {
            Forma::Existe => format!(
                "EXISTS (SELECT FROM cadastro.meio_contato m WHERE m.empresa_id = '{e}' AND m.devedor_id = d.id AND m.tipo = 'email' \
                    AND m.invalido_desde IS NULL) AND NOT EXISTS (SELECT FROM cadastro.opt_out o WHERE o.empresa_id = '{e}' \
                    AND o.devedor_id = d.id AND o.canal = 'email')"
            ),
            Forma::Junta => {
                partes.juntas.push(format!(
                    "LEFT JOIN (SELECT DISTINCT m.devedor_id FROM cadastro.meio_contato m WHERE m.empresa_id = '{e}' \
                                   AND m.tipo = 'email' AND m.invalido_desde IS NULL) m ON m.devedor_id = d.id \
                     LEFT JOIN cadastro.opt_out o ON o.empresa_id = '{e}' AND o.devedor_id = d.id AND o.canal = 'email'"
                ));
                "m.devedor_id IS NOT NULL AND o.devedor_id IS NULL".to_owned()
            }
        };
        let Partes { juntas, onde } = partes;
        format!(
            "SELECT count(*) * 10000000 + count(*) FILTER (WHERE {apto}) FROM cadastro.devedor d {} WHERE {}",
            juntas.join(" "),
            onde.join(" AND ")
        )
    }

    /// The first of them by name, each a text.
    pub(super) fn page(&self, filtro: &Value, forma: Forma, limite: u32) -> String {
        let (e, Partes { juntas, onde }) = (&self.empresa, self.parts(filtro, forma));
        format!(
            "SELECT concat_ws('|', d.id, d.nome, d.documento, s.saldo, s.abertos, \
                    (SELECT min(c.codigo_integracao) FROM cadastro.devedor_codigo c WHERE c.empresa_id = '{e}' AND c.devedor_id = d.id), \
                    (SELECT m.valor FROM cadastro.meio_contato m WHERE m.empresa_id = '{e}' AND m.devedor_id = d.id AND m.tipo = 'email' \
                        AND m.invalido_desde IS NULL ORDER BY m.preferido DESC, m.ordem, m.valor LIMIT 1), \
                    EXISTS (SELECT FROM cadastro.opt_out o WHERE o.empresa_id = '{e}' AND o.devedor_id = d.id AND o.canal = 'email')) AS text \
               FROM (SELECT d.* FROM cadastro.devedor d {} WHERE {} ORDER BY d.nome_busca, d.id LIMIT {limite}) d \
               LEFT JOIN cadastro.devedor_saldo s ON s.empresa_id = '{e}' AND s.devedor_id = d.id ORDER BY d.nome_busca, d.id",
            juntas.join(" "),
            onde.join(" AND ")
        )
    }

    fn parts(&self, filtro: &Value, forma: Forma) -> Partes {
        let mut partes =
            Partes { onde: vec![format!("d.empresa_id = '{}'", self.empresa)], ..Partes::default() };
        let aba = |nome: &str| filtro.get(nome).cloned().unwrap_or_default();
        self.devedor(&aba("devedor"), forma, &mut partes);
        self.titulo(&aba("titulo"), forma, &mut partes);
        self.regua(&aba("regua"), forma, &mut partes);
        self.negociacao(&aba("negociacao"), forma, &mut partes);
        self.contato(&aba("contato"), forma, &mut partes);
        partes
    }

    fn devedor(&self, aba: &Value, forma: Forma, partes: &mut Partes) {
        for campo in ["gerente", "categoria", "tipo_pessoa"] {
            partes.onde.extend(any_of(aba, campo, &format!("d.{campo}")));
        }
        partes.onde.extend(instants(aba, "cadastrado", "d.criado_em"));
        self.some("devedor_codigo", &any_of(aba, "codigo", "x.codigo_integracao"), forma, partes);
        let centavos = |valor: &Value| {
            valor.as_str().unwrap_or_default().replace('.', "") // "12.00"
        };
        let saldo: Vec<String> = [("saldo_de", ">="), ("saldo_ate", "<=")]
            .iter()
            .filter_map(|(campo, sinal)| Some(format!("x.saldo {sinal} {}", centavos(aba.get(campo)?))))
            .collect();
        self.some("devedor_saldo", &saldo, forma, partes);
        let mut lugar = any_of(aba, "uf", "x.uf");
        lugar.extend(any_of(aba, "cidade", "x.cidade_busca"));
        if !lugar.is_empty() {
            lugar.push("x.tipo = 'endereco'".to_owned());
        }
        self.some("meio_contato", &lugar, forma, partes);
        let credor = any_of(aba, "credor", "c.codigo_integracao").into_iter().map(|credor| {
            format!(
                "x.credor_id IN (SELECT c.id FROM cadastro.credor c WHERE c.empresa_id = '{}' AND {credor})",
                self.empresa
            )
        });
        self.some("titulo", &credor.collect::<Vec<_>>(), forma, partes);
    }

    fn titulo(&self, aba: &Value, forma: Forma, partes: &mut Partes) {
        let (e, hoje) = (&self.empresa, self.hoje);
        let mut um = between(aba, "vencimento", "x.vencimento");
        for (campo, sinal) in [("dias_vencido_de", "<="), ("dias_vencido_ate", ">=")] {
            um.extend(aba.get(campo).map(|dias| format!("x.vencimento {sinal} date '{hoje}' - ({dias})")));
        }
        for campo in ["status", "tipo_negocio", "tipo_titulo"] {
            um.extend(any_of(aba, campo, &format!("x.{campo}")));
        }
        um.extend(aba.get("quais").and_then(|quais| quais.get(0)).map(|quais| match quais.as_str() {
            Some("originais") => "x.origem = 'original'".to_owned(),
            Some("acordos") => "x.origem = 'acordo'".to_owned(),
            _ => format!("x.vencimento >= date '{hoje}'"),
        }));
        self.some("titulo", &um, forma, partes);
        let aberto = format!("FROM cadastro.titulo x WHERE x.empresa_id = '{e}' AND x.status = 'aberto'");
        match forma {
            Forma::Existe => {
                let minimo = format!("(SELECT min(x.vencimento) {aberto} AND x.devedor_id = d.id)");
                partes.onde.extend(between(aba, "vencimento_minimo", &minimo));
            }
            Forma::Junta => {
                let minimo = between(aba, "vencimento_minimo", "min(x.vencimento)");
                if !minimo.is_empty() {
                    partes.juntas.push(format!(
                        "JOIN (SELECT x.devedor_id {aberto} GROUP BY x.devedor_id HAVING {}) minimo ON minimo.devedor_id = d.id",
                        minimo.join(" AND ")
                    ));
                }
            }
        }
    }

    fn regua(&self, aba: &Value, forma: Forma, partes: &mut Partes) {
        let e = &self.empresa;
        let mut uma = any_of(aba, "regua", "x.regua_id");
        uma.extend(any_of(aba, "posicao", "x.posicao_id"));
        uma.extend(between(aba, "entrada_na_posicao", "x.posicao_em"));
        let viva = format!(
            "EXISTS (SELECT FROM regua.inscricao x WHERE x.empresa_id = '{e}' AND x.devedor_id = d.id AND x.estado <> 'encerrada'"
        );
        match (aba.get("sem_regua").is_some(), uma.is_empty()) {
            (true, true) => partes.onde.push(format!("NOT {viva})")),
            (true, false) => partes.onde.push(format!("(NOT {viva}) OR {viva} AND {}))", uma.join(" AND "))),
            (false, true) => {}
            (false, false) => {
                uma.push("x.estado <> 'encerrada'".to_owned());
                self.some_of("regua.inscricao", &uma, forma, partes);
            }
        }
    }

    fn negociacao(&self, aba: &Value, forma: Forma, partes: &mut Partes) {
        let mut uma = any_of(aba, "status", "x.estado");
        uma.extend(instants(aba, "data", "x.criada_em"));
        uma.extend(any_of(aba, "usuario", "x.usuario"));
        uma.extend(instants(aba, "cancelada", "x.cancelada_em"));
        let mut parcela = any_of(aba, "status_parcela", "p.status");
        parcela.extend(between(aba, "vencimento_parcela", "p.vencimento"));
        if !parcela.is_empty() {
            uma.push(format!(
                "EXISTS (SELECT FROM cadastro.titulo p WHERE p.empresa_id = '{}' AND p.acordo_id = x.id AND {})",
                self.empresa,
                parcela.join(" AND ")
            ));
        }
        self.some("negociacao", &uma, forma, partes);
    }

    fn contato(&self, aba: &Value, forma: Forma, partes: &mut Partes) {
        let e = &self.empresa;
        let grupos = |campo: &str| {
            any_of(aba, campo, "r.grupo").into_iter().map(|grupo| {
                format!("x.resultado_id IN (SELECT r.id FROM cadastro.resultado_contato r WHERE r.empresa_id = '{e}' AND {grupo})")
            })
        };
        let mut nenhum: Vec<String> = grupos("sem_grupo_resultado").collect();
        nenhum.extend(any_of(aba, "sem_resultado", "x.resultado_id"));
        nenhum.extend(aba.get("sem_contato").map(|_| "true".to_owned()));
        nenhum.extend(aba.get("sem_resultado_positivo").map(|_| {
            format!("x.resultado_id IN (SELECT r.id FROM cadastro.resultado_contato r WHERE r.empresa_id = '{e}' AND r.positivo)")
        }));
        let periodo = instants(aba, "data", "x.em");
        let mut um = if nenhum.is_empty() { periodo.clone() } else { Vec::new() };
        um.extend(instants(aba, "agendado", "x.agendado_para"));
        um.extend(any_of(aba, "operador_agendamento", "x.operador_agendamento"));
        let mut ultimo: Vec<String> = grupos("grupo_ultimo_resultado").collect();
        ultimo.extend(any_of(aba, "ultimo_resultado", "x.resultado_id"));
        if ultimo.is_empty() {
            self.some("contato", &um, forma, partes);
        } else {
            um.append(&mut ultimo);
            self.latest(&um, forma, partes);
        }
        for nenhum in nenhum {
            let mut condicoes = periodo.clone();
            condicoes.push(nenhum);
            partes.onde.push(format!(
                "NOT EXISTS (SELECT FROM cadastro.contato x WHERE x.empresa_id = '{e}' AND x.devedor_id = d.id AND {})",
                condicoes.join(" AND ")
            ));
        }
    }

    /// The latest contact of the debtor is such.
    fn latest(&self, um: &[String], forma: Forma, partes: &mut Partes) {
        let (e, um) = (&self.empresa, um.join(" AND "));
        match forma {
            Forma::Existe => partes.onde.push(format!(
                "EXISTS (SELECT FROM (SELECT * FROM cadastro.contato y WHERE y.empresa_id = '{e}' AND y.devedor_id = d.id \
                                       ORDER BY y.em DESC, y.id DESC LIMIT 1) x WHERE {um})"
            )),
            Forma::Junta => partes.juntas.push(format!(
                "JOIN (SELECT DISTINCT ON (y.devedor_id) y.* FROM cadastro.contato y WHERE y.empresa_id = '{e}' \
                        ORDER BY y.devedor_id, y.em DESC, y.id DESC) x ON x.devedor_id = d.id AND {um}"
            )),
        }
    }

    fn some(&self, tabela: &str, condicoes: &[String], forma: Forma, partes: &mut Partes) {
        self.some_of(&format!("cadastro.{tabela}"), condicoes, forma, partes);
    }

    /// Some row of the table is of the debtor and is such.
    fn some_of(&self, tabela: &str, condicoes: &[String], forma: Forma, partes: &mut Partes) {
        if condicoes.is_empty() {
            return;
        }
        let (e, n) = (&self.empresa, partes.juntas.len());
        let condicoes = condicoes.join(" AND ");
        match forma {
            Forma::Existe => partes.onde.push(format!(
                "EXISTS (SELECT FROM {tabela} x WHERE x.empresa_id = '{e}' AND x.devedor_id = d.id AND {condicoes})"
            )),
            Forma::Junta => partes.juntas.push(format!(
                "JOIN (SELECT DISTINCT x.devedor_id FROM {tabela} x WHERE x.empresa_id = '{e}' AND {condicoes}) x{n} \
                   ON x{n}.devedor_id = d.id"
            )),
        }
    }
}

fn any_of(aba: &Value, campo: &str, coluna: &str) -> Vec<String> {
    let valores = aba.get(campo).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let valores: Vec<String> = valores.map(|valor| format!("'{valor}'")).collect();
    if valores.is_empty() { Vec::new() } else { vec![format!("{coluna} IN ({})", valores.join(", "))] }
}

fn between(aba: &Value, campo: &str, coluna: &str) -> Vec<String> {
    ends(aba, campo).map(|(sinal, dia)| format!("{coluna} {sinal} date '{dia}'")).collect()
}

fn instants(aba: &Value, campo: &str, coluna: &str) -> Vec<String> {
    let dia = |(sinal, dia)| match sinal {
        "<=" => format!("{coluna} < (date '{dia}' + 1)::timestamp AT TIME ZONE 'America/Sao_Paulo'"),
        _ => format!("{coluna} >= date '{dia}'::timestamp AT TIME ZONE 'America/Sao_Paulo'"),
    };
    ends(aba, campo).map(dia).collect()
}

fn ends<'a>(aba: &'a Value, campo: &str) -> impl Iterator<Item = (&'static str, &'a str)> {
    [("de", ">="), ("ate", "<=")]
        .map(|(ponta, sinal)| (format!("{campo}_{ponta}"), sinal))
        .into_iter()
        .filter_map(move |(nome, sinal)| Some((sinal, aba.get(nome)?.as_str()?)))
}
