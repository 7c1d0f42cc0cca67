//! Why, and why not: what is explained is what the nights do; who is left out, and which réguas stand in each other's way.

#[cfg(test)]
mod apoio;
#[cfg(test)]
mod cobertura;
#[cfg(test)]
mod exemplos;
#[cfg(test)]
mod futuro;
#[cfg(test)]
#[path = "../regua/geradores.rs"]
#[expect(dead_code, reason = "made for the laws of the nights; only some of it is needed here")]
mod geradores;
#[cfg(test)]
#[path = "../regua/historia.rs"]
#[expect(dead_code, reason = "made for the laws of the nights; only some of it is needed here")]
mod historia;
#[cfg(test)]
mod hoje;
#[cfg(test)]
#[path = "../regua/mundo.rs"]
mod mundo;
#[cfg(test)]
mod passado;
#[cfg(test)]
#[path = "../regua/support.rs"]
#[expect(dead_code, reason = "made for the laws of the nights; only some of it is needed here")]
mod support;
