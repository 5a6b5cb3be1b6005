//! The words of findings that come of exploring.

use gosleuth_model::Blocked;

use crate::context::RuleContext;
use crate::explored::{Diagnosis, codes, goroutine};

/// What a finding says, apart from its places.
pub(crate) struct Texts {
    pub(crate) message: String,
    pub(crate) why: &'static str,
    pub(crate) action: &'static str,
}

impl Texts {
    /// Of what `who` waits for, or panics with.
    pub(crate) fn of(cx: &RuleContext<'_>, diagnosis: &Diagnosis, blocked: &Blocked, who: &str) -> Self {
        let code = diagnosis.code;
        let others = diagnosis.failure.blocked.len() - 1;
        let holder = match blocked.holder {
            Some(holder) if holder != blocked.goroutine => {
                format!(", held by {}", goroutine(cx, diagnosis, holder))
            }
            _ => String::new(),
        };
        let (message, why, action) = if code == codes::SEND_WITH_NO_RECEIVER {
            (
                format!("{who} can stay at this send for ever: nobody is left who receives from the channel"),
                "the receiver goes on without taking this value, and the channel has no room for it",
                "give the channel room for every value that is sent, or select the send together with a signal that the receiver is gone",
            )
        } else if code == codes::RANGE_OVER_UNCLOSED {
            (
                format!("{who} can stay in this range for ever: nobody closes the channel"),
                "a range over a channel ends when the channel is closed, and every goroutine that could close it has ended or waits itself",
                "close the channel where the last value was sent, on every path",
            )
        } else if code == codes::RECEIVE_WITH_NO_SENDER {
            (
                format!("{who} can wait here for ever: nobody is left who sends to the channel or closes it"),
                "every goroutine that could send has ended, or takes a path without a send",
                "send or close on every path of the other side, or select together with a context",
            )
        } else if code == codes::WORKER_WITHOUT_EXIT {
            (
                format!("{who} can stay in this loop for ever: no case of the select can happen any more"),
                "whoever would send, close or cancel has ended without doing so",
                "close the quit channel or cancel the context on every path of the owner",
            )
        } else if code == codes::NIL_CHANNEL {
            (
                format!("{who} waits here for ever: the channel is nil"),
                "an operation on a nil channel never proceeds",
                "make the channel before it is used",
            )
        } else if code == codes::WAITGROUP_NEVER_DONE {
            (
                format!("{who} can wait here for ever: the counter does not reach zero"),
                "a counted goroutine ends without Done, or more was added than is done",
                "call Done in a defer at the start of every counted goroutine, and add exactly what is started",
            )
        } else if code == codes::DOUBLE_LOCK {
            (
                format!("{who} locks what it has locked already: it waits for itself"),
                "a mutex does not know who holds it, so that a second Lock waits for an Unlock that comes behind it",
                "unlock first, or split off a function that expects the lock to be held",
            )
        } else if code == codes::LOCK_ORDER_INVERSION {
            (
                format!("{who} and {others} more lock in different orders and wait for each other"),
                "each holds what the other needs next",
                "lock in the same order everywhere, or hold one lock at a time",
            )
        } else if code == codes::LOCK_NOT_RELEASED {
            (
                format!("{who} waits for a lock that was never released{holder}"),
                "a path leaves the locked region without Unlock",
                "unlock in a defer right behind the Lock, or on every path",
            )
        } else if code == codes::RWMUTEX_UPGRADE {
            (
                format!("{who} waits for a lock that its own read lock keeps from being given{holder}"),
                "a writer that waits keeps new readers out, and readers that hold the lock keep the writer out",
                "take the lock once, in the mode that is needed, and do not call functions that take it again",
            )
        } else if code == codes::BLOCKING_WHILE_LOCKED {
            (
                format!("{who} waits here while it holds a lock that the other side needs"),
                "who would end the wait has to take the lock first",
                "unlock before waiting: copy what is needed, unlock, then send, receive or wait",
            )
        } else if code == codes::SELF_DEADLOCK {
            (
                format!("{who} waits for itself: no other goroutine uses the channel"),
                "a send without room needs a receiver in another goroutine, and a receive a sender",
                "give the channel room, or send from a goroutine of its own",
            )
        } else if code == codes::CIRCULAR_WAIT {
            (
                format!("{who} and {others} more wait for each other"),
                "each can go on only after another one has",
                "let one side give up (select with a context), or order the steps so that the last wait comes behind what it waits for",
            )
        } else if code == codes::COND_MISUSE {
            (
                format!("{who} can wait for this Cond for ever: no signal comes after it began to wait"),
                "a signal that comes before the wait is lost, and a change of state without signal wakes nobody",
                "change the state under the lock and signal behind every change; test the state in a loop around Wait",
            )
        } else if code == codes::ONCE_RECURSION {
            (
                format!("{who} waits in a Once for the function of the same Once"),
                "Do returns when the function has, and the function waits for Do",
                "do not call Do of the same Once from its function",
            )
        } else if code == codes::SEND_ON_CLOSED {
            (
                format!("{who} can send on the channel when it is closed, which panics"),
                "the close does not wait for this send",
                "close where all senders are known to have ended, or select the send together with a quit channel and never close this one",
            )
        } else if code == codes::DOUBLE_CLOSE {
            (
                format!("{who} can close the channel when it is closed already, which panics"),
                "looking first does not help: another goroutine can come between",
                "close in a sync.Once, or give the channel one owner",
            )
        } else if code == codes::CLOSE_OF_NIL {
            (
                format!("{who} closes a nil channel, which panics"),
                "the channel is not made on this path",
                "make the channel before it is closed",
            )
        } else if code == codes::NEGATIVE_WAITGROUP {
            (
                format!("{who} can bring the counter below zero, which panics"),
                "Done is called more often than was added",
                "call Done once for each Add(1), in a defer",
            )
        } else {
            (
                format!("{who} can unlock what is not locked, which ends the process"),
                "the lock was released already, or not taken on this path",
                "pair each Unlock with the Lock in front of it, in a defer where the region allows",
            )
        };
        Self { message, why, action }
    }
}
