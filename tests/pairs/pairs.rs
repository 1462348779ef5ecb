//! The rewrites of the programs in py/, in one binary: `rewrite NAME ARG...` is `NAME.py ARG...`.
//!
//! A second binary is built of the same sources with `--cfg wrong`. There `rewrite-wrong NAME:2`
//! is a rewrite of NAME with a mistake, the second that its source knows; the first binary has no
//! mistakes in it. Standard library only, for rustc 1.63 and later.

#![allow(unknown_lints, unexpected_cfgs)]

use std::env;
use std::process::exit;

#[cfg(wrong)]
pub fn wrong(number: u32) -> bool {
    let which = env::args().nth(1).unwrap_or_default();
    which.split_once(':').map_or(false, |(_, n)| n == number.to_string())
}

#[cfg(not(wrong))]
pub const fn wrong(_: u32) -> bool {
    false
}

#[path = "rs/json.rs"]
mod json;

macro_rules! pairs {
    ($($name:ident $path:literal,)*) => {
        $(#[path = $path] mod $name;)*

        const PAIRS: &[(&str, fn(&[String]) -> i32)] = &[$((stringify!($name), $name::main),)*];
    };
}

pairs! {
    append_log "rs/append_log.rs",
    atomic_write "rs/atomic_write.rs",
    base64_tool "rs/base64_tool.rs",
    big_output "rs/big_output.rs",
    binary_pack "rs/binary_pack.rs",
    config_manager "rs/config_manager.rs",
    copy_tree "rs/copy_tree.rs",
    csv_report "rs/csv_report.rs",
    date_calc "rs/date_calc.rs",
    env_reader "rs/env_reader.rs",
    exit_codes "rs/exit_codes.rs",
    find_dups "rs/find_dups.rs",
    flag_parser "rs/flag_parser.rs",
    float_stats "rs/float_stats.rs",
    fork_workers "rs/fork_workers.rs",
    hash_files "rs/hash_files.rs",
    ini_edit "rs/ini_edit.rs",
    job_timeout "rs/job_timeout.rs",
    json_lines "rs/json_lines.rs",
    json_query "rs/json_query.rs",
    kv_store "rs/kv_store.rs",
    link_farm "rs/link_farm.rs",
    lock_file "rs/lock_file.rs",
    log_filter "rs/log_filter.rs",
    matrix_tool "rs/matrix_tool.rs",
    mini_db "rs/mini_db.rs",
    pattern_matcher "rs/pattern_matcher.rs",
    pipe_line "rs/pipe_line.rs",
    repr_show "rs/repr_show.rs",
    run_jobs "rs/run_jobs.rs",
    table_sort "rs/table_sort.rs",
    tcp_echo "rs/tcp_echo.rs",
    temp_work "rs/temp_work.rs",
    text_wrap "rs/text_wrap.rs",
    thread_pool "rs/thread_pool.rs",
    udp_ping "rs/udp_ping.rs",
    unicode_tools "rs/unicode_tools.rs",
    unix_echo "rs/unix_echo.rs",
    walk_tree "rs/walk_tree.rs",
    word_count "rs/word_count.rs",
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let wanted = args.first().map_or("", |a| a.split(':').next().unwrap_or(""));
    match PAIRS.iter().find(|(name, _)| *name == wanted) {
        Some((_, main)) => exit(main(&args[1..])),
        None => {
            eprintln!("rewrite: no program '{}'", wanted);
            exit(99);
        }
    }
}
