//! The facts that hold on either bus, each a test on both.
#![cfg(test)]

macro_rules! on_both {
    ($($tema:ident::$fato:ident,)+) => {
        mod local {
            $(#[tokio::test] async fn $fato() { crate::$tema::$fato(crate::apoio::Barramento::Local).await; })+
        }
        mod rabbitmq {
            $(#[tokio::test] async fn $fato() { crate::$tema::$fato(crate::apoio::Barramento::RabbitMq).await; })+
        }
    };
}

on_both! {
    principal::a_titulo_pushed_over_http_becomes_one_email_in_the_mailbox,
    posicoes::r05_positions_count_from_the_entry,
    empresas::r02_nothing_crosses_from_one_company_to_another,
    devedor::m01_seven_titulos_are_one_email,
    motores::m02_a_night_asked_for_twice_sends_once,
    motores::m02_a_restart_between_night_and_window_sends_once,
    motores::m02_two_systems_on_one_database_send_once,
    cerca::n03_a_payment_between_night_and_window_is_in_time,
    cerca::j04_the_message_lists_what_is_still_open,
    cerca::j05_a_payment_that_was_answered_is_never_in_a_message,
    suspensao::t03_suspended_it_stands_still_and_reopened_it_goes_on,
    suspensao::j04_what_was_suspended_after_the_night_is_not_in_the_message,
    negociacao::k02_k06_negotiated_it_stands_still_and_undone_it_goes_on,
}
