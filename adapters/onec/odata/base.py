"""A base of 1C with everything it can do by OData."""

from adapters.onec.odata.account import OdataAccount
from adapters.onec.odata.balances import OdataBalances
from adapters.onec.odata.documents import OdataDocuments
from adapters.onec.odata.prices import OdataPrices


class OnecOdata(OdataAccount, OdataBalances, OdataPrices, OdataDocuments):
    """1C by OData, the second way beside the exchange of files."""
