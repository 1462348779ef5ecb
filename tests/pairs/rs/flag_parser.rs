//! Keep a shopping list: subcommands, flags, defaults, and the errors that argparse had.

use crate::wrong;

const USAGE: &str = "usage: flag_parser [-h] [-v] {add,drop} ...";
const USAGE_ADD: &str = "usage: flag_parser add [-h] [--count N] [--urgent] item [item ...]";
const USAGE_DROP: &str = "usage: flag_parser drop [-h] item";

struct Wrong {
    usage: &'static str,
    prog: &'static str,
    text: String,
}

fn bad(usage: &'static str, prog: &'static str, text: impl Into<String>) -> Wrong {
    Wrong { usage, prog, text: text.into() }
}

#[derive(Default)]
struct Args {
    verbose: bool,
    command: String,
    count: i64,
    urgent: bool,
    items: Vec<String>,
}

fn parse_command(args: &mut Args, rest: &mut std::slice::Iter<String>) -> Result<(), Wrong> {
    let add = args.command == "add";
    let (usage, prog) =
        if add { (USAGE_ADD, "flag_parser add") } else { (USAGE_DROP, "flag_parser drop") };
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--count" if add => {
                let value = rest
                    .next()
                    .ok_or_else(|| bad(usage, prog, "argument --count: expected one argument"))?;
                args.count = value.parse().map_err(|_| {
                    bad(usage, prog, format!("argument --count: invalid int value: '{}'", value))
                })?;
            }
            "--urgent" if add => args.urgent = true,
            w if w.starts_with('-') => {
                return Err(bad(USAGE, "flag_parser", format!("unrecognized arguments: {}", w)))
            }
            _ => args.items.push(word.clone()),
        }
    }
    if args.items.is_empty() {
        return Err(bad(usage, prog, "the following arguments are required: item"));
    }
    Ok(())
}

fn parse(words: &[String]) -> Result<Args, Wrong> {
    let mut args = Args { count: 1, ..Args::default() };
    let mut rest = words.iter();
    for word in rest.by_ref() {
        match word.as_str() {
            "-v" | "--verbose" => args.verbose = true,
            "add" | "drop" => {
                args.command = word.clone();
                break;
            }
            w => return Err(bad(USAGE, "flag_parser", format!("unrecognized arguments: {}", w))),
        }
    }
    if args.command.is_empty() {
        let text = "the following arguments are required: command";
        return Err(bad(USAGE, "flag_parser", text));
    }
    parse_command(&mut args, &mut rest)?;
    Ok(args)
}

pub fn main(words: &[String]) -> i32 {
    let args = match parse(words) {
        Ok(args) => args,
        Err(e) => {
            eprintln!("{}\n{}: error: {}", e.usage, e.prog, e.text);
            return if wrong(2) { 1 } else { 2 };
        }
    };
    if args.verbose && !wrong(1) {
        eprintln!("command: {}", args.command);
    }
    if args.command == "drop" {
        println!("dropped {}", args.items[0]);
        return 0;
    }
    if args.count < 1 {
        eprintln!("error: count must be positive, not {}", args.count);
        return 3;
    }
    for item in &args.items {
        println!("added {} x {}{}", args.count, item, if args.urgent { " (urgent!)" } else { "" });
    }
    println!("{} items", args.items.len());
    0
}
