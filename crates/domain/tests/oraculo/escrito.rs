//! How the world is written in the story of a failure: what is there, and nothing about what is not.

use crate::calendario::escrever;
use crate::mundo::{Criterios, Posicao, Quando, Regua, Titulo};
use std::fmt;

impl fmt::Debug for Titulo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "título {} de {} {:?}, vence {}",
            self.id,
            self.saldo,
            self.status,
            escrever(self.vencimento)
        )?;
        opcional(f, "suspenso até", self.suspenso_ate.map(escrever))?;
        opcional(f, "credor", self.credor)?;
        opcional(f, "negócio", self.negocio)?;
        opcional(f, "tipo", self.tipo)?;
        opcional(f, "levado pelo acordo", self.levado_por)?;
        opcional(f, "parcela do acordo", self.parcela_de)
    }
}

impl fmt::Debug for Regua {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alvo = if self.por_titulo { "por título" } else { "por devedor" };
        let Self { id, prioridade, criada, estado, posicoes, criterios, .. } = self;
        write!(f, "régua {id} {estado:?} {alvo}, prioridade {prioridade}, criada {criada}")?;
        for posicao in posicoes {
            write!(f, ", {posicao:?}")?;
        }
        write!(f, "{criterios:?}")
    }
}

impl fmt::Debug for Posicao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quando {
            Quando::Antes(dias) => write!(f, "D-{dias}")?,
            Quando::Depois(dias) => write!(f, "D+{dias}")?,
            Quando::Volta(dias, para) => write!(f, "D+{dias} volta à posição {para}")?,
        }
        write!(f, " (posição {}, ações {:?})", self.id, self.acoes)
    }
}

impl fmt::Debug for Criterios {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        opcional(f, "valor mínimo", self.valor_minimo)?;
        opcional(f, "vencimento de", self.vencimento_de.map(escrever))?;
        opcional(f, "vencimento até", self.vencimento_ate.map(escrever))?;
        opcional(f, "só acordos:", self.acordos)?;
        opcional(f, "score de", self.score_de)?;
        opcional(f, "score até", self.score_ate)?;
        let listas = [
            ("credores", &self.credores),
            ("pessoas", &self.pessoas),
            ("categorias", &self.categorias),
            ("negócios", &self.negocios),
            ("tipos", &self.tipos),
        ];
        for (nome, lista) in listas {
            opcional(f, nome, (!lista.is_empty()).then(|| format!("{lista:?}")))?;
        }
        Ok(())
    }
}

fn opcional(f: &mut fmt::Formatter<'_>, nome: &str, valor: Option<impl fmt::Display>) -> fmt::Result {
    valor.map_or(Ok(()), |valor| write!(f, ", {nome} {valor}"))
}
