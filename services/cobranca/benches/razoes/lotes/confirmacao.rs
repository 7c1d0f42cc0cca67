//! Row `lotes_confirmacao`: half a million debtors counted and written down as the items of a batch, beside the `COPY` of those rows.

use std::time::Duration;

use cobranca::Resultado;
use domain::execucao::Canal;
use domain::filtro::Filtro;
use domain::ids::{EmpresaId, LoteId, TemplateId};
use domain::lote::Quem;
use reqwest::Method;
use runtime::{Relogio, cronometro};
use serde_json::{Value, json};
use store::lotes::{self, Confirmacao, Lote, NovoLote, Vista};
use store::{Banco, Papel, StoreError, Tenant};
use testkit::Sql;

use crate::apoio::{VEZES, clone_tables, copy_in, copy_out, timed};
use crate::linha::{Linha, Meta, say};
use crate::milhao::casa::Casa;
use crate::razao::{Razao, median, spending};

/// About two debtors in three, and of those about four in five have an e-mail and want it.
pub(super) fn half_a_million() -> Value {
    json!({"devedor": {"tipo_pessoa": ["fisica"]}})
}

pub(super) async fn measure(casa: &mut Casa, linhas: &mut Vec<Linha>) -> Resultado {
    if casa.processo.is_none() {
        casa.serve().await?;
    }
    let texto = json!({"canal": "email", "nome": "Aviso", "assunto": "#EMPRESA#", "corpo": "Olá, #NOME#."});
    let template = casa.api.call(Method::POST, "/v1/templates", Some(&texto)).await?;
    let template = template.get("id").and_then(Value::as_str).ok_or("o template veio sem id")?;
    let template = TemplateId::new(template.parse()?);
    casa.processo = None; // or it would begin to carry it out
    let mut razoes = Vec::new();
    for _ in 0..VEZES {
        razoes.push(once(casa, template).await?);
    }
    let razao = median(razoes).ok_or("nenhuma confirmação medida")?;
    let vezes = razao.tempo.as_secs_f64() / razao.tempo_limite.as_secs_f64();
    let linha = Linha { meta: Some(Meta::NoMaximo(3.0)), razao: Some(vezes), ..razao.into_linha() };
    say(linha, linhas);
    Ok(())
}

/// Another batch for the same debtors.
async fn once(casa: &Casa, template: TemplateId) -> Resultado<Razao> {
    casa.sql(Sql::settle).await?;
    let (url, empresa) = (casa.url().to_owned(), EmpresaId::new(casa.empresa.parse()?));
    casa.sql(Sql::start_counting).await?;
    let (lote, itens, tempo) =
        tokio::task::spawn_blocking(move || confirm(&url, empresa, template)).await??;
    let gastos = casa.sql(Sql::spent).await?;
    let tempo_limite = casa
        .sql(move |sql| {
            clone_tables(sql, &["lote.item"]);
            copy_out(sql, "lote.item", &format!("lote_id = '{lote}'"));
            sql.settle();
            timed(|| copy_in(sql, "lote.item"))
        })
        .await?;
    Ok(Razao {
        linha: "lotes_confirmacao",
        trabalho: "confirmar um lote: contar de novo, comparar e gravar os itens",
        limite: "COPY das mesmas linhas em uma tabela igual",
        unidades: itens,
        tempo,
        tempo_limite,
        meta: None,
        onde: spending(&gastos, tempo),
    })
}

fn confirm(url: &str, empresa: EmpresaId, template: TemplateId) -> Result<(LoteId, u32, Duration), String> {
    let banco = Banco::connect(url, Papel::Lote, 1).map_err(|e| e.to_string())?;
    let agora = Relogio::Sistema.agora();
    let filtro = Filtro::ler(&half_a_million()).map_err(|erros| format!("{erros:?}"))?;
    let quem = Quem::Filtro(filtro);
    let preparado = banco.da_empresa(empresa, |t| {
        let id = lotes::create(t, &NovoLote { tipo: Canal::Email, usuario: None }, agora)?;
        let lote = locked(t, id)?;
        let selecionado = lotes::select(t, &lote, &quem, agora)?;
        let template = lotes::template(t, template)?.ok_or(StoreError::Unknown("template"))?;
        let lote = locked(t, id)?;
        let escolhido = lotes::choose(t, &lote, &template, agora)?;
        let lote = locked(t, id)?;
        let vista = lotes::look(t, &lote, agora)?;
        Ok((id, selecionado.and(escolhido), vista))
    });
    let (id, passos, vista) = preparado.map_err(|e| e.to_string())?;
    passos.map_err(|recusa| format!("{recusa:?}"))?;
    let Vista::Mostrado(mostrado, _) = vista else { return Err(format!("{vista:?}")) };
    let resumo = mostrado.resumo();
    let medida = cronometro();
    let confirmado = banco.da_empresa(empresa, |t| {
        let lote = locked(t, id)?;
        lotes::confirm(t, &lote, &resumo, agora)
    });
    let tempo = medida.decorrido();
    match confirmado.map_err(|e| e.to_string())? {
        Confirmacao::Confirmado => Ok((id, u32::try_from(mostrado.com_contato).unwrap_or_default(), tempo)),
        outra @ (Confirmacao::JaConfirmado
        | Confirmacao::NinguemApto
        | Confirmacao::Mudou(_)
        | Confirmacao::SemTexto
        | Confirmacao::NaoPermite(_)) => Err(format!("{outra:?}")),
    }
}

fn locked(t: &mut Tenant<'_>, id: LoteId) -> Result<Lote, StoreError> {
    lotes::lock(t, id)?.ok_or(StoreError::Unknown("acao_em_lote"))
}
