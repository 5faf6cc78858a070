"""A document as blocks of known height, put on pages by us: heads repeated, numbered, marked with who took it when."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

from app.base import clock
from app.base.actor import Actor
from app.base.paper.engine import NoPaper, face, missing, points_per_pixel, render
from app.base.paper.letters import Ruler

SHORT, LONG = 595, 842  # A4, in points
MARGIN, FOOT = 34, 24  # points: round the page, and of the line with the page number
TEXT, LINE = 14, 20  # pixels: letters and their line; about 8 points on paper
PAD = 5  # pixels above and below, left and right of what stands in a cell
BOLD = 0.9  # of a column's width: what letters measured as regular ones may fill when they are drawn bold
TITLE_HEIGHT, HEADING_HEIGHT, NOTE_HEIGHT = 44, 42, 22


@dataclass(frozen=True)
class Block:
    """Something that is not torn. ``head`` stands again at the top of every page that begins inside its run."""

    html: Markup
    height: int  # pixels
    head: "Block | None" = None
    keeps_next: bool = False


@dataclass
class Sheet:
    """A document being written: its title, its blocks, and for whom."""

    title: str
    actor: Actor
    landscape: bool = False
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        if sentence := missing():
            raise NoPaper(sentence)
        found = face(str(get_locale()))
        assert found is not None  # noqa: S101 - missing() has looked
        self.face, self.ruler = found, Ruler(found, TEXT)

    # ── geometry, in pixels ──

    @property
    def scale(self) -> float:
        return points_per_pixel(landscape=self.landscape)

    @property
    def page_width(self) -> int:
        return int((LONG if self.landscape else SHORT) / self.scale)

    @property
    def page_height(self) -> int:
        return int((SHORT if self.landscape else LONG) / self.scale) - 2  # one more would be a page more

    @property
    def margin(self) -> int:
        return int(MARGIN / self.scale)

    @property
    def width(self) -> int:
        return self.page_width - 2 * self.margin

    @property
    def height(self) -> int:
        return self.page_height - 2 * self.margin - int(FOOT / self.scale)

    # ── writing ──

    def headline(self, notes: Iterable[str]) -> None:
        """Begin with the title, and what should be known about the document."""
        html = Markup('<h1 style="height:{}px">{}</h1>').format(TITLE_HEIGHT, self.title)
        self.blocks.append(Block(html, TITLE_HEIGHT, keeps_next=True))
        for line in [line for note in notes for line in self.ruler.lines(note, self.width)]:
            html = Markup('<p class="note" style="height:{}px">{}</p>').format(NOTE_HEIGHT, line)
            self.blocks.append(Block(html, NOTE_HEIGHT, keeps_next=True))
        self.blocks.append(Block(Markup('<div style="height:{}px"></div>').format(PAD), PAD, keeps_next=True))

    def heading(self, text: str) -> None:
        """Begin a part; its heading never stands alone at the foot of a page."""
        html = Markup('<h2 style="height:{}px">{}</h2>').format(HEADING_HEIGHT, text)
        self.blocks.append(Block(html, HEADING_HEIGHT, keeps_next=True))

    def row(self, cells: "Sequence[Cell]", *, kind: str = "", head: Block | None = None) -> Block:
        """Return a row of cells, as high as its longest."""
        height = LINE * max([len(cell.lines) for cell in cells] or [1]) + 2 * PAD
        drawn = Markup("").join(cell.html for cell in cells)
        html = Markup('<div class="r {}" style="height:{}px">{}</div>').format(kind, height, drawn)
        return Block(html, height, head)

    # ── the document ──

    def pdf(self) -> bytes:
        """Return the document. Raises NoPaper."""
        pages = list(_paged(self.blocks, self.height))
        template = current_app.jinja_env.get_template("zhike/paper/sheet.html")
        moment = f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
        html = template.render(
            sheet=self, pages=pages, mark=f"{self.actor.name} {moment}", language=str(get_locale()).replace("_", "-")
        )
        return render(html, title=self.title, landscape=self.landscape)


@dataclass(frozen=True)
class Cell:
    """Lines at a place in a row, in pixels from the left."""

    lines: Sequence[str]
    left: int
    width: int
    kind: str = ""

    @property
    def html(self) -> Markup:
        place = Markup('<div class="c {}" style="left:{}px;width:{}px">').format(self.kind, self.left, self.width)
        return place + Markup("<br>").join(self.lines) + Markup("</div>")


def _paged(blocks: Sequence[Block], height: int) -> Iterator[list[Block]]:
    """Yield the blocks of one page after the other."""
    page: list[Block] = []
    for place, block in enumerate(blocks):
        if page and _used(page) + _needed(blocks, place) > height:
            yield page
            page = [block.head] if block.head and block.head is not block else []
        page.append(block)
    yield page


def _used(page: Sequence[Block]) -> int:
    return sum(block.height for block in page)


def _needed(blocks: Sequence[Block], place: int) -> int:
    """Return the room a block needs, with those it must not be parted from."""
    needed = 0
    for block in blocks[place:]:
        needed += block.height
        if not block.keeps_next:
            break
    return needed
