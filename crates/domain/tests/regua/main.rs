//! The régua decided night by night: laws over random histories, then the rules by their examples.

#[cfg(test)]
mod assignment;
#[cfg(test)]
mod historia;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod model;
#[cfg(test)]
mod reminders;
#[cfg(test)]
mod support;
#[cfg(test)]
mod walk;
