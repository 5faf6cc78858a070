"""How often each token occurs: by it search chooses its plan. An estimate, made at night and after a rebuild."""

from sqlalchemy import delete, func, insert, select, text

from app.base.scope import unscoped
from app.base.transaction import transaction
from app.extensions import db
from app.system.search.queries.index import COUNTS, ENTRIES, is_postgres

RARE = 1000  # entries: tokens in fewer are not kept
SAMPLE = 50_000  # entries that are counted, of more

#: Every token with the number of entries that hold it. The head of a token has three characters; 0 is a whole text.
#: Not ts_stat: its tree is not balanced, and took four minutes for the tokens of 200,000 entries; these, three seconds.
STORED = {
    "postgresql": """SELECT word, count(*) AS n
        FROM search_entry TABLESAMPLE SYSTEM ({percent}), unnest(tsvector_to_array(words)) AS word GROUP BY word""",
    "sqlite": "SELECT term AS word, doc AS n FROM search_words_vocab",
}
COUNTED = """
    WITH stored AS ({stored}), grams AS (SELECT word, n FROM stored WHERE substr(word, 3, 1) <> '0')
    SELECT word, n FROM grams WHERE n >= :least
    UNION ALL
    SELECT substr(word, 1, 4) || '*', sum(n) FROM grams GROUP BY 1 HAVING sum(n) >= :least
    UNION ALL
    SELECT substr(word, 1, 5) || '*', sum(n) FROM grams WHERE length(word) > 4 GROUP BY 1 HAVING sum(n) >= :least
"""


@transaction
def count_tokens() -> int:
    """Count anew how many entries hold each token; return how many tokens are not rare."""
    with unscoped("the index knows every record"):
        total = db.session.scalar(select(func.count()).select_from(ENTRIES)) or 0
        percent = min(100.0, 100 * SAMPLE / total) if total else 100.0
        rows = _counted(percent if is_postgres() else 100.0)
        db.session.execute(delete(COUNTS))
        if rows:
            db.session.execute(insert(COUNTS), rows)
    return len(rows)


def _counted(percent: float) -> list[dict[str, object]]:
    stored = STORED["postgresql" if is_postgres() else "sqlite"].format(percent=f"{percent:.4f}")
    asked = text(COUNTED.format(stored=stored))
    least = max(1, round(RARE * percent / 100))
    found = db.session.execute(asked, {"least": least})
    return [{"token": token, "count": round(int(count) * 100 / percent)} for token, count in found]
