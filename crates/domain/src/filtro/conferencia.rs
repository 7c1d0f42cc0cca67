//! What holds between the fields of a filter, and the one way to write it.

use super::valores::{Faixa, Falha, falha};
use super::{ErroFiltro, Filtro, Quais};
use crate::dinheiro::Centavos;
use crate::documento::TipoPessoa;

impl Filtro {
    /// The filter in the one way in which equal ones are equal: a balance from nothing on and every kind of person say
    /// nothing, and receivables with instalments are all títulos.
    ///
    /// # Errors
    /// Everything that contradicts itself: a range that ends before it begins (rule f10 and its like), what must not have been
    /// in a period that is not told (rules f29, f30), a position of who is in no régua (rule f17).
    pub fn conferir(mut self) -> Result<Self, Vec<ErroFiltro>> {
        let erros = self.contradicoes();
        if !erros.is_empty() {
            return Err(erros);
        }
        let devedor = &mut self.devedor;
        devedor.saldo.de = devedor.saldo.de.filter(|de| Centavos::ZERO < *de);
        if devedor.tipo_pessoa.len() == TipoPessoa::TODOS.len() {
            devedor.tipo_pessoa.clear();
        }
        let quais = &mut self.titulo.quais;
        if quais.contains(&Quais::Originais) && quais.contains(&Quais::Acordos) {
            quais.remove(&Quais::AVencer);
        }
        Ok(self)
    }

    fn contradicoes(&self) -> Vec<ErroFiltro> {
        let Self { devedor, titulo, regua, negociacao, contato } = self;
        let invertidas = [
            invertida("/devedor/cadastrado_ate", &devedor.cadastrado),
            invertida("/devedor/saldo_ate", &devedor.saldo),
            invertida("/titulo/vencimento_ate", &titulo.vencimento),
            invertida("/titulo/vencimento_minimo_ate", &titulo.vencimento_minimo),
            invertida("/titulo/dias_vencido_ate", &titulo.dias_vencido),
            invertida("/regua/entrada_na_posicao_ate", &regua.entrada_na_posicao),
            invertida("/negociacao/data_ate", &negociacao.data),
            invertida("/negociacao/vencimento_parcela_ate", &negociacao.vencimento_parcela),
            invertida("/negociacao/cancelada_ate", &negociacao.cancelada),
            invertida("/contato/data_ate", &contato.data),
            invertida("/contato/agendado_ate", &contato.agendado),
        ];
        let de_uma_posicao = !regua.posicao.is_empty() || regua.entrada_na_posicao.pede();
        let parado = (regua.sem_regua && de_uma_posicao).then(|| {
            falha("nao_combina", "quem não está em régua não está em posição").at("/regua/sem_regua")
        });
        let ausentes = !contato.sem_resultado.is_empty() || !contato.sem_grupo_resultado.is_empty();
        let sempre = (ausentes && !contato.data.pede()).then(|| {
            falha("obrigatorio", "diga o período: data_de, data_ate ou ambas").at("/contato/data_de")
        });
        invertidas.into_iter().chain([parado, sempre]).flatten().collect()
    }
}

fn invertida<T: PartialOrd>(ponteiro: &str, faixa: &Faixa<T>) -> Option<ErroFiltro> {
    faixa.invertida().then(|| falha("intervalo_invertido", "o fim vem antes do começo").at(ponteiro))
}

impl Falha {
    fn at(self, ponteiro: &str) -> ErroFiltro {
        self.em(ponteiro.to_owned())
    }
}
