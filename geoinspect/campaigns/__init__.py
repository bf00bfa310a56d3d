"""
Campaigns and sweeps: chosen points visited in the fewest team-days.

A campaign is no lottery. Whoever orders it chooses the points, all of them are visited,
and the record shows it. A sweep is the campaign of every point; a joint inspection is a
campaign whose teams are made of several units.
"""

from geoinspect.campaigns.order import CampaignParams
from geoinspect.campaigns.record import FORMAT, REASONS, campaign_record, plan_of_day

__all__ = ["FORMAT", "REASONS", "CampaignParams", "campaign_record", "plan_of_day"]
