//! Imports that are flagged for their name alone: B401 to B415.
//!
//! Names, severities and messages are Bandit 1.9.4's `blacklists/imports.py`; confidence is always high.
//! A name matches as a *prefix* of what is imported, so `import pickleshare` is flagged as `pickle` is.

use scrl_record::{Cwe, Severity};

use super::RuleInfo;
use super::advice::Advice;
use super::banned::Banned;

/// The flagged imports, in the order in which the first match wins.
pub(super) static IMPORTS: [Banned; 13] = [
    Banned {
        info: RuleInfo {
            id: "B401",
            name: "import_telnetlib",
            severity: "HIGH",
            cwe: Cwe(319),
            summary: "telnetlib is imported; Telnet sends everything in the clear",
        },
        severity: Severity::High,
        names: &["telnetlib"],
        message: "A telnet-related module is being imported.  Telnet is considered insecure. Use SSH or some other encrypted protocol.",
        advice: Advice {
            why: "Telnet sends passwords and everything else in the clear.",
            flagged: "`import telnetlib`",
            safer: "SSH, for example with `paramiko`",
            reference: "https://cwe.mitre.org/data/definitions/319.html",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B402",
            name: "import_ftplib",
            severity: "HIGH",
            cwe: Cwe(319),
            summary: "ftplib is imported; FTP sends everything in the clear",
        },
        severity: Severity::High,
        names: &["ftplib"],
        message: "A FTP-related module is being imported.  FTP is considered insecure. Use SSH/SFTP/SCP or some other encrypted protocol.",
        advice: Advice {
            why: "FTP sends passwords and files in the clear.",
            flagged: "`import ftplib`",
            safer: "SFTP, or `ftplib.FTP_TLS` with `prot_p()`",
            reference: "https://docs.python.org/3/library/ftplib.html",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B403",
            name: "import_pickle",
            severity: "LOW",
            cwe: Cwe(502),
            summary: "a module that unpickles is imported",
        },
        severity: Severity::Low,
        names: &["pickle", "cPickle", "dill", "shelve"],
        message: "Consider possible security implications associated with {name} module.",
        advice: Advice {
            why: "Loading a pickle calls whatever functions the data names.",
            flagged: "`import pickle`",
            safer: "`import json` where the data comes from outside",
            reference: "https://docs.python.org/3/library/pickle.html",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B404",
            name: "import_subprocess",
            severity: "LOW",
            cwe: Cwe(78),
            summary: "subprocess is imported",
        },
        severity: Severity::Low,
        names: &["subprocess"],
        message: "Consider possible security implications associated with the subprocess module.",
        advice: Advice {
            why: "What the program starts may be chosen by its input.",
            flagged: "`import subprocess`",
            safer: "keep it where commands are fixed lists; check what reaches them",
            reference: "https://docs.python.org/3/library/subprocess.html#security-considerations",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B405",
            name: "import_xml_etree",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.etree.cElementTree", "xml.etree.ElementTree"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
        advice: Advice {
            why: "Entities of a crafted document can read files, reach servers, or fill the memory.",
            flagged: "`import xml.etree.ElementTree`",
            safer: "`import defusedxml.ElementTree`",
            reference: "https://docs.python.org/3/library/xml.html#xml-vulnerabilities",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B406",
            name: "import_xml_sax",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.sax"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
        advice: Advice {
            why: "Entities of a crafted document can read files, reach servers, or fill the memory.",
            flagged: "`import xml.sax`",
            safer: "`import defusedxml.sax`",
            reference: "https://docs.python.org/3/library/xml.html#xml-vulnerabilities",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B407",
            name: "import_xml_expat",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.dom.expatbuilder"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
        advice: Advice {
            why: "Entities of a crafted document can read files, reach servers, or fill the memory.",
            flagged: "`import xml.dom.expatbuilder`",
            safer: "`import defusedxml.expatbuilder`",
            reference: "https://docs.python.org/3/library/xml.html#xml-vulnerabilities",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B408",
            name: "import_xml_minidom",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.dom.minidom"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
        advice: Advice {
            why: "Entities of a crafted document can read files, reach servers, or fill the memory.",
            flagged: "`import xml.dom.minidom`",
            safer: "`import defusedxml.minidom`",
            reference: "https://docs.python.org/3/library/xml.html#xml-vulnerabilities",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B409",
            name: "import_xml_pulldom",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.dom.pulldom"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
        advice: Advice {
            why: "Entities of a crafted document can read files, reach servers, or fill the memory.",
            flagged: "`import xml.dom.pulldom`",
            safer: "`import defusedxml.pulldom`",
            reference: "https://docs.python.org/3/library/xml.html#xml-vulnerabilities",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B411",
            name: "import_xmlrpclib",
            severity: "HIGH",
            cwe: Cwe(20),
            summary: "xmlrpc is imported; its parser is open to entity attacks",
        },
        severity: Severity::High,
        names: &["xmlrpc"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Use defusedxml.xmlrpc.monkey_patch() function to monkey-patch xmlrpclib and mitigate XML vulnerabilities.",
        advice: Advice {
            why: "Entities of a crafted document can read files, reach servers, or fill the memory.",
            flagged: "`import xmlrpc.client`",
            safer: "call `defusedxml.xmlrpc.monkey_patch()` first",
            reference: "https://docs.python.org/3/library/xml.html#xml-vulnerabilities",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B412",
            name: "import_httpoxy",
            severity: "HIGH",
            cwe: Cwe(284),
            summary: "a CGI handler is imported; HTTP_PROXY may be set by a client",
        },
        severity: Severity::High,
        names: &[
            "wsgiref.handlers.CGIHandler",
            "twisted.web.twcgi.CGIScript",
            "twisted.web.twcgi.CGIDirectory",
        ],
        message: "Consider possible security implications associated with {name} module.",
        advice: Advice {
            why: "A client's `Proxy` header becomes `HTTP_PROXY` and redirects what the script requests.",
            flagged: "`from wsgiref.handlers import CGIHandler`",
            safer: "serve through WSGI instead of CGI",
            reference: "https://httpoxy.org/",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B413",
            name: "import_pycrypto",
            severity: "HIGH",
            cwe: Cwe(327),
            summary: "pyCrypto is imported; it is no longer maintained",
        },
        severity: Severity::High,
        names: &[
            "Crypto.Cipher",
            "Crypto.Hash",
            "Crypto.IO",
            "Crypto.Protocol",
            "Crypto.PublicKey",
            "Crypto.Random",
            "Crypto.Signature",
            "Crypto.Util",
        ],
        message: "The pyCrypto library and its module {name} are no longer actively maintained and have been deprecated. Consider using pyca/cryptography library.",
        advice: Advice {
            why: "Holes found in pyCrypto since 2013 are not closed.",
            flagged: "`from Crypto.Cipher import AES`",
            safer: "the `cryptography` package",
            reference: "https://cryptography.io/",
        },
    },
    Banned {
        info: RuleInfo {
            id: "B415",
            name: "import_pyghmi",
            severity: "HIGH",
            cwe: Cwe(319),
            summary: "pyghmi is imported; IPMI sends everything in the clear",
        },
        severity: Severity::High,
        names: &["pyghmi"],
        message: "An IPMI-related module is being imported. IPMI is considered insecure. Use an encrypted protocol.",
        advice: Advice {
            why: "IPMI is known to be weak: passwords can be had from the network.",
            flagged: "`import pyghmi`",
            safer: "Redfish over TLS, or a network of its own for IPMI",
            reference: "https://cwe.mitre.org/data/definitions/319.html",
        },
    },
];
