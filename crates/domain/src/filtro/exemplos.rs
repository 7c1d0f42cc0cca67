//! One filter of each kind, as the API's documentation shows it. A test reads them all.

/// A rule and a filter that asks for it alone.
#[derive(Clone, Copy, Debug)]
pub struct Exemplo {
    /// The id of the rule.
    pub regra: &'static str,
    /// What it is for, in Portuguese.
    pub resumo: &'static str,
    /// The filter.
    pub json: &'static str,
}

const fn exemplo(regra: &'static str, resumo: &'static str, json: &'static str) -> Exemplo {
    Exemplo { regra, resumo, json }
}

/// An example of each filter, in the order of the rules.
pub const EXEMPLOS: [Exemplo; 34] = [
    exemplo("f01", "Alguns devedores, por código", r#"{"devedor":{"codigo":["C-1001","C-1002"]}}"#),
    exemplo("f02", "A carteira de uma gerente", r#"{"devedor":{"gerente":["Ana"]}}"#),
    exemplo(
        "f03",
        "Cadastrados no mês",
        r#"{"devedor":{"cadastrado_ate":"2026-11-30","cadastrado_de":"2026-11-01"}}"#,
    ),
    exemplo("f04", "Saldo alto", r#"{"devedor":{"saldo_de":"5000.00"}}"#),
    exemplo("f05", "De uma cidade, com ou sem acento", r#"{"devedor":{"cidade":["São Paulo"]}}"#),
    exemplo("f06", "Do Sul", r#"{"devedor":{"uf":["PR","RS","SC"]}}"#),
    exemplo("f07", "Só empresas", r#"{"devedor":{"tipo_pessoa":["juridica"]}}"#),
    exemplo("f08", "De uma categoria", r#"{"devedor":{"categoria":["VIP"]}}"#),
    exemplo("f09", "De um credor, pelo código", r#"{"devedor":{"credor":["LOJA-7"]}}"#),
    exemplo(
        "f10",
        "Com título que vence no período",
        r#"{"titulo":{"vencimento_ate":"2026-11-30","vencimento_de":"2026-11-01"}}"#,
    ),
    exemplo("f11", "Devem desde antes do ano", r#"{"titulo":{"vencimento_minimo_ate":"2025-12-31"}}"#),
    exemplo("f12", "Vencidos de 10 a 30 dias", r#"{"titulo":{"dias_vencido_ate":30,"dias_vencido_de":10}}"#),
    exemplo("f13", "Com título suspenso", r#"{"titulo":{"status":["suspenso"]}}"#),
    exemplo("f14", "De acordos ou a vencer", r#"{"titulo":{"quais":["acordos","a_vencer"]}}"#),
    exemplo("f15", "De um tipo de negócio", r#"{"titulo":{"tipo_negocio":["Aluguel"]}}"#),
    exemplo("f16", "De um tipo de título", r#"{"titulo":{"tipo_titulo":["DM"]}}"#),
    exemplo("f17", "Fora de toda régua", r#"{"regua":{"sem_regua":true}}"#),
    exemplo("f18", "Numa posição", r#"{"regua":{"posicao":["0199f2a0-0000-7000-8000-000000000018"]}}"#),
    exemplo("f19", "Há pouco na posição", r#"{"regua":{"entrada_na_posicao_de":"2026-11-15"}}"#),
    exemplo("f20", "Com negociação quebrada", r#"{"negociacao":{"status":["quebrada"]}}"#),
    exemplo("f21", "Que negociaram no mês", r#"{"negociacao":{"data_de":"2026-11-01"}}"#),
    exemplo("f22", "Que negociaram com alguém", r#"{"negociacao":{"usuario":["bia"]}}"#),
    exemplo("f23", "Com parcela em aberto", r#"{"negociacao":{"status_parcela":["aberto"]}}"#),
    exemplo(
        "f24",
        "Com parcela que vence na semana",
        r#"{"negociacao":{"vencimento_parcela_ate":"2026-11-29","vencimento_parcela_de":"2026-11-23"}}"#,
    ),
    exemplo("f25", "Com negociação cancelada no mês", r#"{"negociacao":{"cancelada_de":"2026-11-01"}}"#),
    exemplo("f26", "Contatados no mês", r#"{"contato":{"data_de":"2026-11-01"}}"#),
    exemplo(
        "f27",
        "O último contato deu em promessa",
        r#"{"contato":{"grupo_ultimo_resultado":["Promessa"]}}"#,
    ),
    exemplo(
        "f28",
        "O último contato deu nisto",
        r#"{"contato":{"ultimo_resultado":["0199f2a0-0000-7000-8000-000000000028"]}}"#,
    ),
    exemplo(
        "f29",
        "Sem promessa no mês",
        r#"{"contato":{"data_de":"2026-11-01","sem_grupo_resultado":["Promessa"]}}"#,
    ),
    exemplo(
        "f30",
        "Sem este resultado no mês",
        r#"{"contato":{"data_de":"2026-11-01","sem_resultado":["0199f2a0-0000-7000-8000-000000000030"]}}"#,
    ),
    exemplo(
        "f31",
        "Agendados para hoje",
        r#"{"contato":{"agendado_ate":"2026-11-23","agendado_de":"2026-11-23"}}"#,
    ),
    exemplo("f32", "Agendados com alguém", r#"{"contato":{"operador_agendamento":["bia"]}}"#),
    exemplo("f33", "Nunca contatados", r#"{"contato":{"sem_contato":true}}"#),
    exemplo(
        "f34",
        "Sem resultado positivo no mês",
        r#"{"contato":{"data_de":"2026-11-01","sem_resultado_positivo":true}}"#,
    ),
];
