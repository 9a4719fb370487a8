"""The demo firm's people and templates, made through the models."""

from io import BytesIO

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from accounts.demo import DEMO_PASSWORD
from accounts.models import Firm, Role, User
from experiences.models import (
    Campaign,
    CardTemplate,
    Experience,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
    Team,
)

STAFF = [
    ("admin", "Robin", "Fields", Role.ADMIN, "Operations lead"),
    ("advisor", "Jordan", "Hale", Role.ADVISOR, "Senior advisor"),
    ("advisor2", "Casey", "Stone", Role.ADVISOR, "Advisor"),
    ("advisor3", "Morgan", "Reed", Role.ADVISOR, "Advisor"),
    ("support", "Sam", "Rivers", Role.SUPPORT, "Client service"),
    ("compliance", "Alex", "Marsh", Role.COMPLIANCE, "Compliance officer"),
]
TEAMS = [
    ("North", "The northern book", ["advisor", "support"], Team.Reach.BOTH),
    ("South", "The southern book", ["advisor2", "support"], Team.Reach.DIRECT),
    ("Family office", "Households of several generations", ["advisor", "advisor3", "support"], Team.Reach.GROUP),
]
RESOURCES = [
    ("Welcome guide", "file", "What happens in your first ninety days with us."),
    ("Tax year checklist", "file", "Papers to have at hand before the tax year ends."),
    ("How markets have recovered", "link", "A long view of short falls."),
    ("Planning for college", "link", "Costs, accounts and a timeline."),
    ("A short film for a break", "video", "An open film, to show how a video looks here."),
    ("Estate planning basics", "link", "Wills, trusts and powers of attorney in plain words."),
    ("Protecting yourself from fraud", "link", "Seven habits that keep accounts safe."),
    ("Retirement income, step by step", "link", "From saving to spending."),
]
CARDS = {
    "Welcome cards": [
        ("shortcut", "Meet your team", "The people who look after you.", "users", "team", ""),
        ("shortcut", "Message your advisor", "Questions are welcome at any time.", "message-circle", "write", ""),
        ("custom", "Book a meeting", "Choose a time that suits you.", "calendar", "", "https://example.com/meet"),
        ("shortcut", "Your library", "Guides and films chosen for you.", "library", "library", ""),
        ("data", "Hello {preferred_name}", "{advisor_name} is your advisor.", "heart-handshake", "", ""),
    ],
    "Retirement cards": [
        ("custom", "Income planner", "See what your savings can pay.", "briefcase", "", "https://example.com/income"),
        ("shortcut", "Call us", "We are a call away.", "phone", "call", ""),
        ("data", "Your account", "Account type: {custom.account_type}", "file-text", "", ""),
    ],
}
SHELVES = [
    ("Getting started", ["Welcome guide", "Protecting yourself from fraud"]),
    ("Planning", ["Planning for college", "Estate planning basics", "Retirement income, step by step"]),
    ("Markets", ["How markets have recovered", "A short film for a break"]),
    ("Taxes", ["Tax year checklist"]),
]
EXPERIENCES = [
    ("Client welcome", "For new clients in their first year", "Welcome cards", "Essentials"),
    ("Retirement", "For clients close to retirement", "Retirement cards", "Income"),
    ("Family", "For households with children", "Welcome cards", "Income"),
    ("Prospect preview", "A first look for people who consider us", "Welcome cards", "Essentials"),
]
WELCOME = "Dear {preferred_name}, we are glad you are here. Your team is one tap away.\n\n{advisor_name}"
AHEAD = "Dear {preferred_name}, there are a few short readings for you in the coming weeks."
CAMPAIGNS = {
    "First ninety days": [
        (1, "message", "Welcome", WELCOME, "Welcome guide"),
        (7, "action_item", "Complete your profile", "Check your address and phone number.", None),
        (30, "post", "How markets have recovered", "A calm look at short falls.", "How markets have recovered"),
        (60, "reminder", "Book your first review", "Choose a time that suits you.", None),
    ],
    "Retirement countdown": [
        (1, "message", "Let us look ahead", AHEAD, None),
        (14, "post", "From saving to spending", "How income is built.", "Retirement income, step by step"),
        (28, "action_item", "List your income sources", "Pensions, social security, savings.", None),
    ],
}


def create_firm() -> Firm:
    """Give the firm its name, address and colour."""
    Firm.objects.filter(pk=1).update(
        name="Northlight Wealth (demo)",
        address="1 Sample Street\nSpringfield, IL 62700",
        phone="+12175550100",
        support_email="hello@demo.example.com",
        website="https://www.example.com/",
        brand_colour="#1f5f5b",
        time_zone="America/New_York",
    )
    return Firm.get()


def create_staff(extra_advisors: int) -> dict[str, User]:
    """The six of the demo firm, and as many more advisors as a big firm needs; by the name in their address."""
    password = make_password(DEMO_PASSWORD)
    users = {
        key: User(
            email=f"{key}@demo.example.com",
            first_name=first,
            last_name=last,
            role=role,
            job_title=title,
            phone=f"+1217555{100 + number:04d}",
            password=password,
        )
        for number, (key, first, last, role, title) in enumerate(STAFF)
    }
    more = [
        User(
            email=f"advisor.{number:04d}@staff.example.com",
            first_name="Advisor",
            last_name=f"No. {number:04d}",
            role=Role.ADVISOR,
            password=password,
        )
        for number in range(1, extra_advisors + 1)
    ]
    User.objects.bulk_create([*users.values(), *more], batch_size=1000)
    return users


def create_templates(users: dict[str, User]) -> tuple[list[Team], list[Experience], list[Campaign]]:
    """Teams, resources, the three kinds of template, experiences and campaigns."""
    by = users["admin"]
    teams = []
    for name, description, members, reach in TEAMS:
        team = Team.objects.create(name=name, description=description, reach=reach, created_by=by)
        for position, key in enumerate(members):
            team.memberships.create(user=users[key], position=position)
        teams.append(team)
    resources = {name: _resource(name, kind, text, by) for name, kind, text in RESOURCES}
    library = _library(resources, by)
    card_templates = {name: _card_template(name, cards, by) for name, cards in CARDS.items()}
    featured = {
        name: _featured(name, [resources[title] for title in titles], by)
        for name, titles in {
            "Essentials": ["Welcome guide", "A short film for a break", "Protecting yourself from fraud"],
            "Income": ["Retirement income, step by step", "Tax year checklist", "How markets have recovered"],
        }.items()
    }
    experiences = [
        Experience.objects.create(
            name=name,
            description=text,
            card_template=card_templates[cards],
            resource_template=library,
            featured_template=featured[pinned],
            created_by=by,
        )
        for name, text, cards, pinned in EXPERIENCES
    ]
    campaigns = [_campaign(name, steps, resources, by) for name, steps in CAMPAIGNS.items()]
    return teams, experiences, campaigns


def _resource(name: str, kind: str, text: str, by: User) -> Resource:
    """A published resource; files are one-page PDFs made here."""
    resource = Resource(name=name, kind=kind, description=text, state=Resource.State.PUBLISHED, created_by=by)
    if kind == "file":
        resource.file_name = f"{name}.pdf"
        resource.file.save(f"{name.replace(' ', '-').lower()}.pdf", ContentFile(sample_page(name, text)), save=False)
    elif kind == "video":
        resource.url = "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"
    else:
        resource.url = f"https://www.example.com/articles/{name.replace(' ', '-').replace(',', '').lower()}"
    resource.save()
    return resource


def sample_page(title: str, text: str) -> bytes:
    """A one-page PDF with a title and a sentence."""
    page = Image.new("RGB", (850, 1100), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 850, 140), fill="#1f5f5b")
    draw.text((60, 50), title, fill="white", font_size=40)
    draw.text((60, 200), text, fill="#222222", font_size=24)
    draw.text((60, 1030), "Northlight Wealth is a fictional firm. This page is a sample.", fill="#777777", font_size=18)
    out = BytesIO()
    page.save(out, "PDF")
    return out.getvalue()


def _library(resources: dict[str, Resource], by: User) -> ResourceTemplate:
    """One library with a shelf per subject."""
    library = ResourceTemplate.objects.create(name="Standard library", created_by=by)
    for position, (title, names) in enumerate(SHELVES):
        shelf = library.categories.create(title=title, position=position)
        for place, name in enumerate(names):
            shelf.placements.create(resource=resources[name], position=place)
    return library


def _card_template(name: str, cards: list[tuple], by: User) -> CardTemplate:
    """A card template with its cards in order."""
    template = CardTemplate.objects.create(name=name, created_by=by)
    for position, (kind, title, text, icon, shortcut, url) in enumerate(cards):
        template.cards.create(
            kind=kind, title=title, text=text, icon=icon, shortcut=shortcut, url=url, position=position
        )
    return template


def _featured(name: str, resources: list[Resource], by: User) -> FeaturedTemplate:
    """A featured set in order."""
    template = FeaturedTemplate.objects.create(name=name, created_by=by)
    for position, resource in enumerate(resources):
        template.placements.create(resource=resource, position=position)
    return template


def _campaign(name: str, steps: list[tuple], resources: dict[str, Resource], by: User) -> Campaign:
    """A campaign with its steps."""
    campaign = Campaign.objects.create(name=name, length_days=90, created_by=by)
    for day, kind, title, text, resource in steps:
        campaign.touchpoints.create(day=day, kind=kind, title=title, text=text, resource=resources.get(resource))
    return campaign
