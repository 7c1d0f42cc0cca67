//! What an answer holds: a fault, or the response of an operation. Nothing outside of it is ever fetched or expanded.

use quick_xml::Reader;
use quick_xml::events::Event;

/// The deepest answer that is read.
const MAX_FUNDO: usize = 32;

/// What was read.
pub(super) enum Lida {
    /// A fault.
    Falta {
        /// Its code.
        codigo: String,
        /// Its words.
        texto: String,
    },
    /// The response of an operation.
    Resposta {
        /// The name of its element, without a prefix.
        de: String,
    },
}

/// Reads an envelope; `None` of what is none, or is not whole.
pub(super) fn read(corpo: &[u8]) -> Option<Lida> {
    let texto = std::str::from_utf8(corpo).ok()?;
    let mut leitor = Reader::from_str(texto);
    let (mut caminho, mut falta) = (Vec::<String>::new(), (String::new(), String::new()));
    let mut do_corpo = None;
    loop {
        match leitor.read_event().ok()? {
            Event::Start(inicio) => {
                caminho.push(inicio.local_name().as_ref().to_owned());
                if caminho.len() > MAX_FUNDO {
                    return None;
                }
                if caminho.len() == 3 {
                    do_corpo.get_or_insert_with(|| caminho.clone());
                }
            }
            Event::Empty(vazio) if caminho.len() == 2 => {
                let mut inteiro = caminho.clone();
                inteiro.push(vazio.local_name().as_ref().to_owned());
                do_corpo.get_or_insert(inteiro);
            }
            Event::Text(trecho) => {
                let trecho = trecho.xml10_content();
                match caminho.last().map(String::as_str) {
                    Some("faultcode") => falta.0.push_str(trecho.trim()),
                    Some("faultstring") => falta.1.push_str(&trecho),
                    _ => {}
                }
            }
            Event::End(_) => {
                caminho.pop();
            }
            Event::DocType(_) => return None,
            Event::Eof => break,
            Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
    // It ended where it began, and what stood in its body is known.
    let do_corpo = do_corpo.filter(|_| caminho.is_empty())?;
    match do_corpo.as_slice() {
        [envelope, corpo, qual] if envelope == "Envelope" && corpo == "Body" => {
            let fault = qual == "Fault";
            Some(if fault {
                Lida::Falta { codigo: falta.0, texto: falta.1 }
            } else {
                Lida::Resposta { de: qual.clone() }
            })
        }
        _ => None,
    }
}
