//! The model for a person.

use std::io::{self, Write};

use gosleuth_report::clean;

use super::document::{Document, Goroutine, GoroutineState, Place};

/// States of one goroutine that are shown; JSON has all.
const SHOWN_STATES: usize = 120;

/// Writes a model. Where all places are in one folder, that is named once.
pub(super) fn write(document: &mut Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", clean(&document.function))?;
    if let Some(folder) = document.take_folder() {
        writeln!(out, "in {}", clean(&folder))?;
    }
    let document = &*document;
    objects(document, out)?;
    for (number, goroutine) in document.goroutines.iter().enumerate() {
        if goroutine.like.is_none() {
            automaton(document, number, goroutine, out)?;
        }
    }
    if !document.time.is_empty() {
        writeln!(out, "\nat any moment")?;
        for event in &document.time {
            writeln!(out, "  {}", clean(event))?;
        }
    }
    writeln!(out)?;
    let whole = match (document.complete, document.exact) {
        (false, _) => "not everything was followed: (…) marks where it stopped",
        (true, false) => "some choices depend on values that goroutines share",
        (true, true) => "nothing is left out",
    };
    writeln!(out, "model: {} states, {whole}", document.states)?;
    writeln!(
        out,
        "verdict: {} ({} states explored)",
        clean(&document.says),
        document.explored_states
    )?;
    for failure in &document.failures {
        writeln!(out, "\n{}", clean(&failure.kind))?;
        for (number, step) in failure.schedule.iter().enumerate() {
            let waits = match &step.waits_for {
                Some(what) => format!(": waits for {what}"),
                None => String::new(),
            };
            writeln!(
                out,
                "  {:>3}  {}  {}  {}{}",
                number + 1,
                clean(&at(&step.place)),
                clean(&step.goroutine),
                clean(&step.action),
                clean(&waits)
            )?;
        }
    }
    Ok(())
}

fn at(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

fn objects(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    if document.objects.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nobjects")?;
    let width = document
        .objects
        .iter()
        .map(|object| object.name.chars().count())
        .max()
        .unwrap_or(0);
    for object in &document.objects {
        let mut what = object.kind.clone();
        if object.kind == "channel" {
            what.push_str(&match object.capacity {
                0 => " without buffer".to_owned(),
                1 => " with room for 1 value".to_owned(),
                capacity => format!(" with room for {capacity} values"),
            });
        }
        if let Some(place) = &object.place {
            let verb = if object.is_made_here { "made" } else { "used" };
            what.push_str(&format!(", {verb} at {}", at(place)));
        }
        if object.shared {
            what.push_str("; code outside may use it");
        }
        writeln!(out, "  {:width$}  {}", clean(&object.name), clean(&what))?;
    }
    Ok(())
}

fn automaton(document: &Document, number: usize, goroutine: &Goroutine, out: &mut dyn Write) -> io::Result<()> {
    let mut title = goroutine.name.clone();
    if let Some(created) = &goroutine.created {
        let parent = &document.goroutines[goroutine.parent as usize].name;
        title.push_str(&format!(", started by {parent} at {}", at(created)));
    }
    let like: Vec<String> = document
        .goroutines
        .iter()
        .enumerate()
        .filter(|(_, other)| other.like == Some(number as u32))
        .map(|(other, _)| other.to_string())
        .collect();
    if !like.is_empty() {
        title.push_str(&format!("; like it: {}", like.join(", ")));
    }
    writeln!(out, "\n{}", clean(&title))?;
    let width = goroutine
        .states
        .iter()
        .filter_map(|state| Some(at(state.place.as_ref()?).chars().count()))
        .max()
        .unwrap_or(0);
    for (number, state) in goroutine.states.iter().take(SHOWN_STATES).enumerate() {
        if state.end == "runs" {
            write_state(goroutine, number, state, width, out)?;
        }
    }
    if let Some(more) = goroutine
        .states
        .len()
        .checked_sub(SHOWN_STATES)
        .filter(|&more| more > 0)
    {
        writeln!(out, "  and {more} more states; --format json has all")?;
    }
    Ok(())
}

fn write_state(
    goroutine: &Goroutine,
    number: usize,
    state: &GoroutineState,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let place = state.place.as_ref().map_or_else(String::new, at);
    let open = if state.open { " (…)" } else { "" };
    if state.steps.is_empty() {
        let stands = if state.open { "(…)" } else { "never goes on" };
        return writeln!(
            out,
            "  {number:>3}  {:width$}  {}: {stands}",
            clean(&place),
            state.operation
        );
    }
    for (first, step) in state.steps.iter().enumerate() {
        let to = match goroutine.states[step.to as usize].end.as_str() {
            "runs" => format!("→ {}", step.to),
            "returned" => "→ returns".to_owned(),
            "panicked" => "→ the process dies".to_owned(),
            _ => "→ the process ends".to_owned(),
        };
        if first == 0 {
            writeln!(
                out,
                "  {number:>3}  {:width$}  {} {to}{open}",
                clean(&place),
                clean(&step.action)
            )?;
        } else {
            writeln!(out, "  {:>3}  {:width$}  {} {to}", "", "", clean(&step.action))?;
        }
    }
    Ok(())
}
