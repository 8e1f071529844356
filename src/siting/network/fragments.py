"""Pieces of the street layer that hang together with nothing, and who stands on them.

A piece that is too short to be a town of its own is nearly always a fault of the data: a missing
bridge, a path that stops a metre before the street.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.network.attach.attachment import Attachment
    from siting.network.graph import Network

FRAGMENT_SHARE = 0.01
"""A component with less than this share of the street length is a fragment."""


def fragments(network: Network, *, share: float = FRAGMENT_SHARE) -> pd.DataFrame:
    """List the components of the network that are too short to be a town of their own.

    Parameters
    ----------
    network
        The streets.
    share
        Share of the whole street length below which a component is a fragment. The longest
        component never is.

    Returns
    -------
    DataFrame
        A row per fragment, the longest first: `component`, `node_count`, `edge_count`, `length_m`
        and `x`, `y` of one of its nodes in metres. Empty where everything hangs together.
    """
    of_edge = network.component[network.edge_from]
    table = pd.DataFrame(
        {
            "node_count": np.bincount(network.component),
            "edge_count": np.bincount(of_edge),
            "length_m": np.bincount(of_edge, network.edge_length_m),
        }
    ).rename_axis("component")
    first = np.unique(network.component, return_index=True)[1]
    table["x"], table["y"] = network.node_xy[first].T
    table = table[_are_fragments(network, share)]
    return table.sort_values("length_m", ascending=False, kind="stable").reset_index()


def on_fragment(
    network: Network, attachment: Attachment, *, share: float = FRAGMENT_SHARE
) -> NDArray[np.bool_]:
    """Tell which subjects reach nothing but fragments: what they can reach is not known.

    Parameters
    ----------
    network, attachment
        The streets, and n subjects attached to them.
    share
        As for `fragments`.

    Returns
    -------
    ndarray
        bool (n,); false for subjects that are not attached at all.
    """
    stands = network.component[network.edge_from[attachment.edge]]
    whole = ~_are_fragments(network, share)[stands]
    reached = np.bincount(attachment.subject, whole, attachment.size) > 0
    return np.asarray(attachment.attached & ~reached)


def _are_fragments(network: Network, share: float) -> NDArray[np.bool_]:
    length = np.bincount(network.component[network.edge_from], network.edge_length_m)
    short = length < share * length.sum()
    short[np.argmax(length)] = False
    return np.asarray(short)
