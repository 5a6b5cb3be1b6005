use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};

use crate::context::RuleContext;
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that write to an `http.ResponseWriter`, or read the body of a request, where nothing makes the handler wait for them: it
    /// returns at once, or in another case of a `select`, when a timer or the context of the request is faster.
    ///
    /// ## Why it is bad
    ///
    /// When the handler has returned, the server finishes the response, takes the writer back and goes on with the next request on the
    /// same connection. A goroutine that is late loses what it writes, panics, or races with the server; one that reads the body gets
    /// `http: invalid Read on closed Body`.
    ///
    /// ## Example
    ///
    /// ```go
    /// func report(w http.ResponseWriter, r *http.Request) {
    ///     done := make(chan struct{})
    ///     go func() {
    ///         fmt.Fprintln(w, time.Now().String())
    ///         close(done)
    ///     }()
    ///     select {
    ///     case <-done:
    ///     case <-time.After(time.Second):
    ///         http.Error(w, "too slow", http.StatusGatewayTimeout)
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func report(w http.ResponseWriter, r *http.Request) {
    ///     result := make(chan string, 1)
    ///     go func() {
    ///         result <- time.Now().String()
    ///     }()
    ///     select {
    ///     case text := <-result:
    ///         fmt.Fprintln(w, text)
    ///     case <-time.After(time.Second):
    ///         http.Error(w, "too slow", http.StatusGatewayTimeout)
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A handler is a function whose last parameters are an `http.ResponseWriter` and an `*http.Request`. Its goroutines are followed through
    /// the calls of the package. Writers of types of the package around the one of the handler are not looked into, where a lock is held
    /// at the use it is taken to be checked whether it is too late, and the contexts of other frameworks are not known.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 12),
        name: "response-after-handler",
        summary: "a goroutine uses the response or the body of a request whose handler does not wait for it",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    races::report_responses(cx, &RULE.info, sink);
}
