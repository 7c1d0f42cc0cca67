//! The HTML part: our own layout, filled with data.
//!
//! The layout is the only template there is. It is compiled once, in strict mode, and every word of the tenant
//! and of the debtor reaches it as data, which `{{…}}` escapes.

use std::io::{self, Write};
use std::sync::LazyLock;

use handlebars::{Handlebars, TemplateError};
use serde::Serialize;

use crate::{Bloco, MAX_PARTE, RenderError, Tabela};

const NOME: &str = "email";

static LAYOUT: LazyLock<Result<Handlebars<'static>, TemplateError>> = LazyLock::new(|| {
    let mut layout = Handlebars::new();
    layout.set_strict_mode(true);
    layout.register_template_string(NOME, include_str!("layout.hbs")).map(|()| layout)
});

#[derive(Serialize)]
struct Pagina<'a> {
    assunto: &'a str,
    blocos: Vec<BlocoHtml<'a>>,
    tabelas: &'a [Tabela],
}

/// Every field is always there: strict mode refuses one that is missing. A table is named, and not copied.
#[derive(Serialize)]
struct BlocoHtml<'a> {
    lista: bool,
    tabela: usize,
    linhas: &'a [String],
}

/// The whole document.
pub(super) fn document(assunto: &str, blocos: &[Bloco], tabelas: &[Tabela]) -> Result<String, RenderError> {
    let layout = LAYOUT.as_ref().map_err(|erro| RenderError::Layout(erro.to_string().into()))?;
    let pagina = Pagina { assunto, blocos: blocos.iter().map(block).collect(), tabelas };
    let mut parte = Parte::default();
    match layout.render_to_write(NOME, &pagina, &mut parte) {
        Ok(()) => String::from_utf8(parte.bytes).map_err(|erro| RenderError::Layout(erro.into())),
        Err(_cheia) if parte.cheia => Err(RenderError::Grande),
        Err(erro) => Err(RenderError::Layout(erro.into())),
    }
}

fn block(bloco: &Bloco) -> BlocoHtml<'_> {
    match bloco {
        Bloco::Paragrafo(linhas) => BlocoHtml { lista: false, tabela: 0, linhas },
        Bloco::Lista(qual) => BlocoHtml { lista: true, tabela: *qual, linhas: &[] },
    }
}

/// A page that refuses to grow beyond its limit, so that it is never built to be thrown away.
#[derive(Default)]
struct Parte {
    bytes: Vec<u8>,
    cheia: bool,
}

impl Write for Parte {
    fn write(&mut self, novos: &[u8]) -> io::Result<usize> {
        self.cheia = self.bytes.len().saturating_add(novos.len()) > MAX_PARTE;
        if self.cheia {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(novos);
        Ok(novos.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
