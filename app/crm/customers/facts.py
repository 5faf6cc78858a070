"""What this domain announces. Past tense, ids and plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CustomerCreated:
    customer_id: int


@dataclass(frozen=True)
class CustomerChanged:
    customer_id: int


@dataclass(frozen=True)
class CustomerDeleted:
    customer_id: int


@dataclass(frozen=True)
class CustomersImported:
    """Many at once, made or changed."""

    customer_ids: tuple[int, ...]


@dataclass(frozen=True)
class CustomersRemoved:
    """Many at once, gone for good: an import was taken back."""

    customer_ids: tuple[int, ...]
