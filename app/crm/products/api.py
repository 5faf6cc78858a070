"""Products over REST. Which fields may be read and written is listed here, never implied."""

from flask_appbuilder import AppBuilder

from app.base.screens.api import DomainApi
from app.base.screens.why import Reasoned
from app.crm.products import services
from app.crm.products.models import Product

OWN = "code name category unit price term_months description".split()


class ProductApi(Reasoned, DomainApi):
    resource_name = "products"
    class_permission_name = subject = "ProductView"
    model = Product
    read_fields = [*OWN, "is_active", "created_at", "updated_at"]
    write_fields = OWN
    create, change, remove = services.create, services.change, services.delete


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(ProductApi)
