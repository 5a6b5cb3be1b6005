//! Project automation. `cargo xtask help` lists the commands.

fn main() -> anyhow::Result<()> {
    anyhow::bail!("unknown command")
}
