//! Captures: what processes are asked, kept on disk part by part, packed into one file.
//!
//! Role: `take` asks (through `gosleuth_live`) and hands the answers to `store`, which keeps the directory and its manifest in a
//! state that can be used at any moment; `pack` makes one file of it; `watch` waits for a moment that is worth it.

pub(crate) mod pack;
pub(crate) mod store;
pub(crate) mod take;
pub(crate) mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The JSON schema of the manifest, with a final line break.
#[cfg(feature = "schema")]
pub fn schema() -> String {
    gosleuth_report::schema_of::<gosleuth_evidence::Manifest>()
}

/// Whether somebody wants it to end: Ctrl-C or SIGTERM. The first one ends it in good order, the second one at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// One that listens to signals, where there are signals.
    pub(crate) fn listening() -> Self {
        let stop = Self::default();
        #[cfg(unix)]
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // Without a handler a signal ends the process at once, and what was taken is kept all the same.
            let _ = signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop.0));
            let _ = signal_hook::flag::register(signal, Arc::clone(&stop.0));
        }
        stop
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sleeps, unless it is to end. Whether the time has passed.
    pub(crate) fn sleep_until(&self, moment: Instant) -> bool {
        loop {
            let left = moment.saturating_duration_since(Instant::now());
            if self.is_wanted() || left.is_zero() {
                return left.is_zero();
            }
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
    }
}
