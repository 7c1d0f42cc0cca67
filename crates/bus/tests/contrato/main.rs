//! One contract, two adapters: what a service may rely on is proved for RabbitMQ and for the in-process bus alike.
//! What only a broker can do to us is in `amqp` and `quedas`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

/// Every fact of the contract as a test of the adapter whose `novo()` is in scope: `novo` answers a guard (kept until
/// the test ends) and a bus that is ready.
macro_rules! contrato {
    ($($fato:ident)*) => {
        $(
            #[tokio::test]
            async fn $fato() {
                let (_guarda, bus) = novo().await;
                $crate::contrato::$fato(&bus).await;
                bus.close().await;
            }
        )*
    };
}

/// The list of facts, once, so that no adapter can leave one out.
macro_rules! todo_o_contrato {
    () => {
        contrato! {
            what_is_published_arrives_as_it_was
            what_was_acked_does_not_come_again
            what_is_dropped_without_ack_comes_again
            what_a_lost_consumer_held_goes_to_another
            two_consumers_share_the_work
            a_consumer_holds_no_more_than_its_prefetch
            canais_do_not_mix
            five_thousand_in_one_call_all_arrive
            an_interrupted_wait_loses_nothing
            a_message_that_always_comes_back_is_put_aside
            publishing_nothing_answers_nothing
            an_unknown_canal_ends_at_once
            close_ends_every_consumer
            a_closed_bus_takes_nothing
        }
    };
}

mod amqp;
mod apoio;
mod contrato;
mod exemplos;
mod local;
mod quedas;
