"""The command: see the package."""

import sys

from app.messages import catalogues, checks

WAYS = ("update", "check", "compile")


def main(way: str) -> int:
    """Do what was asked; return the exit code."""
    if way not in WAYS:
        sys.stderr.write(f"Say one of: {', '.join(WAYS)}.\n")
        return 2
    if way == "compile":
        catalogues.compile_all()
        return 0
    sentences = catalogues.collect()
    if way == "update":
        for language in catalogues.LANGUAGES:
            catalogues.update(language, sentences)
    return _check(sentences)


def _check(sentences: catalogues.Catalog) -> int:
    unheard = checks.unheard(catalogues.ROOT / "app", sentences)
    sys.stdout.write("".join(f"not a plain sentence, so not collected: {one}\n" for one in unheard))
    wrong = bool(unheard)
    for language in catalogues.LANGUAGES:
        catalog = catalogues.read(language)
        faults = checks.faults(catalog, sentences, language=language)
        sys.stdout.write("".join(f"{language}: {fault}\n" for fault in faults))
        sys.stdout.write(f"{language}: {len(catalog)} sentences, {len(faults)} faults\n")
        wrong = wrong or bool(faults)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "update"))
