use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Func, Op, ValueId};
use gosleuth_types::ConstValue;

use crate::context::RuleContext;
use crate::origins::call_of;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds databases that are opened in a package that sets no limit to their connections: no `SetMaxOpenConns`.
    ///
    /// ## Why it is bad
    ///
    /// Without a limit every request that finds no free connection opens another one. When queries get slow, that is a new connection for each
    /// waiting request, until the database refuses them all. By default only two connections are kept for later, so that a busy service
    /// opens and closes them all the time.
    ///
    /// ## Example
    ///
    /// ```go
    /// func open(dsn string) (*sql.DB, error) {
    ///     return sql.Open("postgres", dsn)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func open(dsn string) (*sql.DB, error) {
    ///     db, err := sql.Open("postgres", dsn)
    ///     if err != nil {
    ///         return nil, err
    ///     }
    ///     db.SetMaxOpenConns(25)
    ///     db.SetMaxIdleConns(25)
    ///     db.SetConnMaxLifetime(5 * time.Minute)
    ///     return db, nil
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A limit that another package sets is not seen. Drivers with `sqlite` in their name, and tests, are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 5),
        name: "pool-unbounded",
        summary: "a pool of database connections has no limit",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("many goroutines in `database/sql.(*DB).openNewConnection`, and a database with too many connections")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut opened: Vec<(&Func, ValueId)> = Vec::new();
    for func in cx.ir.funcs.iter() {
        for (id, value) in func.values.iter_enumerated() {
            let Some(call) = call_of(&value.op) else { continue };
            let Some(symbol) = cx.callee_symbol(call) else { continue };
            if symbol.ends_with(".SetMaxOpenConns") {
                return;
            }
            let opens = matches!(
                &*symbol,
                "database/sql.Open"
                    | "database/sql.OpenDB"
                    | "github.com/jmoiron/sqlx.Open"
                    | "github.com/jmoiron/sqlx.Connect"
                    | "github.com/jmoiron/sqlx.ConnectContext"
                    | "github.com/jmoiron/sqlx.MustConnect"
            );
            let is_local = call.args.iter().any(|&arg| match func.op(arg) {
                Op::Const(ConstValue::String(driver)) => driver.windows(6).any(|part| part == b"sqlite"),
                _ => false,
            });
            if opens && !is_local && !cx.files[func.file].is_test {
                opened.push((func, id));
            }
        }
    }
    for (func, id) in opened {
        cx.report(
            &RULE.info,
            func.file,
            cx.span_of(func, id),
            "this database may open any number of connections",
        )
        .why("each query that finds no free connection opens another one, and slow queries make that an avalanche")
        .action("call `SetMaxOpenConns`, `SetMaxIdleConns` and `SetConnMaxLifetime`")
        .push(sink);
    }
}
