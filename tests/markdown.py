"""Markdown as its readers parse it: blocks, links and text of a page."""

from __future__ import annotations

from itertools import pairwise

from markdown_it import MarkdownIt


def parsed(text):
    """Tokens of a page, those inside paragraphs among them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def skeleton(text):
    """Everything but the words: kinds of blocks and marks, where links lead, languages of code."""
    kinds = [(token.type, token.tag, token.attrGet("href"), token.info) for token in parsed(text)]
    # Escapes cut text into pieces, which say nothing.
    return [kind for kind in kinds if kind[0] not in ("text", "text_special", "inline", "code_inline")]


def links(text):
    """Addresses the page leads to."""
    return [token.attrGet("href") for token in parsed(text) if token.type == "link_open"]


def headings(text):
    tokens = parsed(text)
    return [words.content for mark, words in pairwise(tokens) if mark.type == "heading_open"]


def blocks(text, language):
    """Contents of the code blocks of a language."""
    return [token.content for token in parsed(text) if token.type == "fence" and token.info == language]
