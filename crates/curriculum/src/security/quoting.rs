//! Text that becomes part of something else: commands, HTML, logs, paths.

use crate::draft::{Draft, Exploit, Input, Kinds, arguments, cases};
use crate::family::{Family, Theme};
use crate::rng::Rng;
use crate::value::{Shape, Value};
use crate::words::Words;

pub(super) const FAMILIES: [Family; 4] = [
    Family {
        name: "command_line",
        theme: Theme::Security,
        cwe: Some(78),
        asked: "A command line for a shell, with a file name in it.",
        goes_wrong: "The name is not quoted, so a semicolon in it starts another command.",
        draft: command_line,
    },
    Family {
        name: "list_item",
        theme: Theme::Security,
        cwe: Some(79),
        asked: "A text as an HTML element.",
        goes_wrong: "Markup in the text is not escaped.",
        draft: list_item,
    },
    Family {
        name: "log_entry",
        theme: Theme::Security,
        cwe: Some(117),
        asked: "A line of a log about what somebody did.",
        goes_wrong: "A line break in the name forges another entry.",
        draft: log_entry,
    },
    Family {
        name: "path_inside",
        theme: Theme::Security,
        cwe: Some(22),
        asked: "The full path of a file in a folder, or a refusal.",
        goes_wrong: "`..` and absolute names lead out of the folder.",
        draft: path_inside,
    },
];

fn command_line(rng: &mut Rng) -> Draft {
    let tool = *rng.pick(&["wc", "sort", "head", "cat", "gzip", "file", "stat", "cut"]);
    let flag = *rng.pick(&["-l", "-n", "-r", "-c", "-v", "-x", "-f1", "-q"]);
    let folder = *rng.pick(&["data", "logs", "notes", "in", "old"]);
    Draft {
        asks: &[
            "the shell command that runs $tool $flag on the file of that name in the folder $folder",
            "a command line for a shell: $tool $flag and then $folder/ with the name",
        ],
        note: "Quote it as shlex does, so that a shell takes any name as one argument.",
        entry: "command_for",
        inputs: vec![Input::new("name", Shape::Text, "name of a file")],
        words: Words::NONE
            .with("tool", tool)
            .with("flag", flag)
            .with("folder", folder),
        secure: &[
            "
            import shlex
            => '$tool $flag ' + shlex.quote('$folder/' + name)
            ",
            "
            import shlex
            arguments = ['$tool', '$flag', '$folder/' + name]
            => shlex.join(arguments)
            ",
        ],
        insecure: &[
            "=> '$tool $flag $folder/' + name",
            "=> f'$tool $flag $folder/{name}'",
        ],
        wrong: &[
            "=> '$tool $flag ' + name",
            "=> f'$tool $folder/{name} $flag'",
        ],
        cases: cases(
            rng,
            vec![arguments!["a.txt"], arguments!["sub/b-2.csv"]],
            |rng| {
                let stem = rng.nouns(1, 2).join("_");
                arguments![format!("{stem}{}.txt", rng.between(1, 99))]
            },
            |given| Value::Text(format!("{tool} {flag} {folder}/{}", given.text(0))),
        ),
        exploits: vec![
            Exploit::new("a second command", arguments!["a; id"])
                .must_answer(format!("{tool} {flag} '{folder}/a; id'")),
            Exploit::new("a substitution", arguments!["$(id)"])
                .must_answer(format!("{tool} {flag} '{folder}/$(id)'")),
        ],
        ..Draft::NEW
    }
}

fn list_item(rng: &mut Rng) -> Draft {
    let tag = *rng.pick(&["li", "p", "b", "td", "h2", "em", "span", "div"]);
    let class = *rng.pick(&["note", "item", "big", "red", "new", "side"]);
    let prefix = *rng.pick(&["by", "from", "to", "re", "via"]);
    Draft {
        asks: &[
            "an HTML element $tag of class $class that shows `$prefix ` and the text",
            "the text after `$prefix ` inside <$tag class=\"$class\"> and </$tag>",
        ],
        note: "Whatever the text is, a browser shows it as it stands; escape as html.escape does.",
        entry: "element",
        inputs: vec![Input::new("text", Shape::Text, "text to show")],
        words: Words::NONE
            .with("tag", tag)
            .with("class", class)
            .with("prefix", prefix),
        secure: &[
            "
            import html
            => '<$tag class=\"$class\">$prefix ' + html.escape(text) + '</$tag>'
            ",
            "
            from html import escape
            shown = escape(text)
            => f'<$tag class=\"$class\">$prefix {shown}</$tag>'
            ",
        ],
        insecure: &[
            "=> '<$tag class=\"$class\">$prefix ' + text + '</$tag>'",
            "=> f'<$tag class=\"$class\">$prefix {text}</$tag>'",
        ],
        wrong: &[
            "=> f'<$tag>$prefix {text}</$tag>'",
            "=> f'<$tag class=\"$class\">{text} $prefix<$tag>'",
        ],
        cases: cases(
            rng,
            vec![arguments!["a"]],
            |rng| arguments![rng.phrase(1, 3)],
            |given| {
                Value::Text(format!(
                    "<{tag} class=\"{class}\">{prefix} {}</{tag}>",
                    given.text(0)
                ))
            },
        ),
        exploits: vec![
            Exploit::new("a script", arguments!["<script>x()</script>"]).lacks("<script>"),
            Exploit::new("a sign of its own", arguments!["salt & pepper"]).must_answer(format!(
                "<{tag} class=\"{class}\">{prefix} salt &amp; pepper</{tag}>"
            )),
        ],
        ..Draft::NEW
    }
}

fn log_entry(rng: &mut Rng) -> Draft {
    let level = *rng.pick(&["INFO", "WARN", "NOTE", "AUDIT", "LOGIN"]);
    let action = *rng.pick(&["logged in", "left", "paid", "failed", "was here", "asked"]);
    let mark = *rng.pick(&["_", "?", "#", "*", "~"]);
    Draft {
        asks: &[
            "the log line `$level`, a space, the number, a colon, a space, the name and ` $action`",
            "the entry of a log, in the form `$level NUMBER: NAME $action`",
        ],
        note: "Each line feed or carriage return in the name is written as `$mark`.",
        entry: "log_line",
        inputs: vec![
            Input::new("name", Shape::Text, "name"),
            Input::new("number", Shape::Int, "number of the entry"),
        ],
        words: Words::NONE
            .with("level", level)
            .with("action", action)
            .with("mark", mark),
        secure: &[
            r"
            clean = name.replace('\n', '$mark').replace('\r', '$mark')
            => f'$level {number}: {clean} $action'
            ",
            r"
            import re
            clean = re.sub(r'[\r\n]', '$mark', name)
            => '$level ' + str(number) + ': ' + clean + ' $action'
            ",
        ],
        insecure: &[
            "=> f'$level {number}: {name} $action'",
            "=> '$level ' + str(number) + ': ' + name + ' $action'",
        ],
        wrong: &[
            "=> f'$level {number} {name} $action'",
            "=> f'$level {name}: {number} $action'",
        ],
        cases: cases(
            rng,
            vec![arguments!["a", 0]],
            |rng| arguments![rng.phrase(1, 2), rng.between(1, 999)],
            |given| {
                Value::Text(format!(
                    "{level} {}: {} {action}",
                    given.int(1),
                    given.text(0)
                ))
            },
        ),
        exploits: vec![
            Exploit::new(
                "a forged entry",
                vec![Value::Text(format!("a\n{level} 2: root")), Value::Int(1)],
            )
            .answered(format!("{level} 1: a{mark}{level} 2: root {action}")),
        ],
        kinds: Kinds::Call,
    }
}

fn path_inside(rng: &mut Rng) -> Draft {
    let root = *rng.pick(&[
        "/srv/files",
        "/data/pub",
        "/home/web",
        "/var/docs",
        "/opt/share",
        "/mnt/box",
    ]);
    let denied = *rng.pick(&["denied", "forbidden", "no", "outside", "refused"]);
    Draft {
        asks: &[
            "the normalized path of the name below $root, or `$denied` if it leads out of that folder",
            "the full path of the file in $root (without `.`, `..` and double slashes), `$denied` for one outside it",
        ],
        entry: "full_path",
        inputs: vec![Input::new(
            "name",
            Shape::Text,
            "name of a file, perhaps with folders",
        )],
        words: Words::NONE.with("root", root).with("denied", denied),
        secure: &[
            "
            import posixpath
            path = posixpath.normpath(posixpath.join('$root', name))
            inside = path.startswith('$root/')
            => path if inside else '$denied'
            ",
            "
            parts = []
            outside = name.startswith('/')
            for part in name.split('/'):
                if part == '..':
                    outside = outside or not parts
                    parts = parts[:-1]
                elif part not in ('', '.'):
                    parts.append(part)
            => '$denied' if outside else '/'.join(['$root'] + parts)
            ",
        ],
        insecure: &[
            "
            import posixpath
            => posixpath.normpath(posixpath.join('$root', name))
            ",
            "
            import os.path
            path = os.path.normpath('$root/' + name)
            => path if path.startswith('/') else '$denied'
            ",
        ],
        wrong: &[
            "=> '$root/' + name",
            "=> '$root/' + name.replace('../', '').replace('./', '')",
        ],
        cases: cases(
            rng,
            vec![arguments!["a/../b.txt"], arguments!["x//y/./z"]],
            |rng| {
                let mut parts = rng.nouns(1, 3);
                if rng.chance(40) {
                    parts.insert(1, ["..", ".", ""][rng.below(3)].to_owned());
                    parts.insert(0, "top".to_owned());
                }
                arguments![parts.join("/")]
            },
            |given| {
                let mut parts: Vec<&str> = Vec::new();
                for part in given.text(0).split('/') {
                    match part {
                        ".." => drop(parts.pop()),
                        "" | "." => {}
                        other => parts.push(other),
                    }
                }
                parts.insert(0, root);
                Value::Text(parts.join("/"))
            },
        ),
        exploits: vec![
            Exploit::new("leave the folder", arguments!["../../etc/passwd"]).answered(denied),
            Exploit::new(
                "a neighbour of the same beginning",
                vec![Value::Text(format!(
                    "..{}2/a",
                    &root[root.rfind('/').unwrap_or(0)..]
                ))],
            )
            .answered(denied),
        ],
        ..Draft::NEW
    }
}
